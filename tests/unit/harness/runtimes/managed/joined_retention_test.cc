#include "harness/runtimes/managed/joined_retention.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidemark {
namespace {

NamedPath path(std::string root, std::int64_t bytes, double share) {
  NamedPath made;
  made.root_name = std::move(root);
  made.holders = {{"Room", "", {bytes}, 1}, {"Session", "[]", {24}, 2}};
  made.objects = {1};
  made.bytes = {bytes};
  made.retained = {2 * bytes};
  made.share = share;
  return made;
}

NamedRetention held(std::vector<NamedPath> paths, std::int64_t bytes) {
  NamedRetention made;
  made.objects = {3};
  made.bytes = {bytes};
  made.unreachable = {1};
  made.unreachable_bytes = {5};
  made.doubtful = {1};
  made.paths = std::move(paths);
  return made;
}

TEST(JoinedRetention, OfNobodyIsNothing) {
  EXPECT_EQ(join({}, 10), NamedRetention{});
}

TEST(JoinedRetention, OfOneIsItsOwnAndNoMoreThanWanted) {
  const NamedRetention one = held({path("a", 30, .6), path("b", 20, .4)}, 50);
  EXPECT_EQ(join({one}, 10), one);
  const NamedRetention less = join({one}, 1);
  ASSERT_EQ(less.paths.size(), 1u);
  EXPECT_EQ(less.paths[0], one.paths[0]);
  EXPECT_EQ(less.bytes, one.bytes);
}

TEST(JoinedRetention, AlikeWaysAreOneWithThePartOfAll) {
  const NamedRetention all =
      join({held({path("a", 30, 1)}, 30),
            held({path("b", 50, .5), path("a", 40, .4)}, 90)},
           10);
  EXPECT_EQ(all.objects, Count{6});
  EXPECT_EQ(all.bytes, Bytes{120});
  EXPECT_EQ(all.unreachable, Count{2});
  EXPECT_EQ(all.unreachable_bytes, Bytes{10});
  EXPECT_EQ(all.doubtful, Count{2});
  ASSERT_EQ(all.paths.size(), 2u);
  EXPECT_EQ(all.paths[0].root_name, "a");
  EXPECT_EQ(all.paths[0].objects, Count{2});
  EXPECT_EQ(all.paths[0].bytes, Bytes{70});
  EXPECT_EQ(all.paths[0].retained, Bytes{140});
  EXPECT_DOUBLE_EQ(all.paths[0].share, (30 * 1 + 90 * .4) / 120);
  EXPECT_EQ(all.paths[0].holders[0].bytes, Bytes{40});
  EXPECT_EQ(all.paths[1].root_name, "b");
  EXPECT_DOUBLE_EQ(all.paths[1].share, 90 * .5 / 120);
}

TEST(JoinedRetention, WaysByOtherMembersAreOthers) {
  NamedPath other = path("a", 30, 1);
  other.holders[1].member = "first";
  const NamedRetention all =
      join({held({path("a", 30, 1)}, 30), held({other}, 30)}, 10);
  EXPECT_EQ(all.paths.size(), 2u);
}

}  // namespace
}  // namespace tidemark
