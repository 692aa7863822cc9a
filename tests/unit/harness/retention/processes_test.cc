#include "harness/retention/processes.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

RetainingPath path(const std::string& root, std::int64_t objects,
                   std::uint32_t repeated = 1) {
  RetainingPath made;
  made.root_name = root;
  made.holders = {{5, {40}, 8, false, "std::list node", "", repeated}};
  made.objects = {objects};
  made.bytes = {objects * 40};
  made.retained = {objects * 40};
  made.share = static_cast<double>(objects * 40);
  return made;
}

TEST(AddUp, WaysThatAreAlikeInAllProcessesAreOne) {
  const Retention one{{8}, {290}, {path("g_kept", 7, 3)}, {1}, {10}, {2}};
  const Retention other{{7}, {220}, {path("g_kept", 5, 4)}, {2}, {20}, {3}};
  const Retention sum = add_up({one, other}, 16);
  ASSERT_EQ(sum.paths.size(), 1u);
  EXPECT_EQ(sum.paths[0], path("g_kept", 12, 4));
  EXPECT_EQ(sum.objects, Count{15});
  EXPECT_EQ(sum.bytes, Bytes{510});
  EXPECT_EQ(sum.unreachable, Count{3});
  EXPECT_EQ(sum.unreachable_bytes, Bytes{30});
  EXPECT_EQ(sum.doubtful, Count{5});
}

TEST(AddUp, OtherWaysAreToldApartMostBytesFirst) {
  RetainingPath elsewhere = path("g_kept", 9);
  elsewhere.holders[0].offset = 16;
  const Retention one{{}, {}, {path("g_kept", 7), path("g_free", 1)},
                      {}, {}, {}};
  const Retention other{{}, {}, {elsewhere}, {}, {}, {}};
  const Retention sum = add_up({one, other}, 2);
  ASSERT_EQ(sum.paths.size(), 2u);
  EXPECT_EQ(sum.paths[0], elsewhere);
  EXPECT_EQ(sum.paths[1], path("g_kept", 7));
}

TEST(AddUp, OfNoProcessIsNothing) { EXPECT_EQ(add_up({}, 16), Retention{}); }

}  // namespace
}  // namespace tidemark
