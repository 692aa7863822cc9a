#include "harness/cli/heap_snapshot_list.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/harness/runtimes/v8/made_snapshot.h"

namespace tidemark {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

test::SmallSnapshot tracked() {
  test::SmallSnapshot small;
  small.add({"synthetic", "", 1, 0, {}});
  small.add({"object", "Session", 3, 48, {}, 3});
  small.add({"object", "Session", 5, 48, {}, 3});
  small.add({"object", "Timer", 7, 16, {}, 4});
  small.trace_functions = fmt::format(
      "0,{0},{0},0,0,0,7,{1},{2},9,4,2,8,{3},{2},9,31,5,9,{0},{4},1,1,0",
      small.string(""), small.string("main"), small.string("/srv/chat.js"),
      small.string("accept"), small.string("node:net"));
  small.trace_tree = "1,0,0,0,[2,1,1,16,[3,2,2,96,[]],4,3,1,8,[]]";
  return small;
}

TEST(HeapSnapshotList, SaysWhoAllocatedIfThatWasTracked) {
  const Result<std::string> text =
      heap_snapshot_list(test::made_snapshot(tracked()), "", 10, {});
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_THAT(*text, HasSubstr("96 B   85.7 %           2  Session, by accept "
                               "(/srv/chat.js:31)\n"));
  EXPECT_THAT(*text, HasSubstr("Timer, by (anonymous) (node:net:1)\n"));
  EXPECT_THAT(*text, Not(HasSubstr("who allocated them is not")));
}

TEST(HeapSnapshotList, APatternIsLookedForInClassesAndFunctions) {
  for (const char* pattern : {"Sess", "accept", "chat.js"}) {
    const Result<std::string> text =
        heap_snapshot_list(test::made_snapshot(tracked()), pattern, 10, {});
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_THAT(*text, HasSubstr("Session"));
    EXPECT_THAT(*text, Not(HasSubstr("Timer")));
  }
  const Result<std::string> none =
      heap_snapshot_list(test::made_snapshot(tracked()), "nobody", 10, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message,
            "no class of objects has \"nobody\" in its name, or was allocated "
            "by such a function");
}

TEST(HeapSnapshotList, WithoutTrackingClassesAloneAreTold) {
  test::SmallSnapshot small;
  small.add({"synthetic", "", 1, 0, {}});
  small.add({"object", "Session", 3, 48, {}});
  small.add({"object", "Session", 5, 48, {}});
  const Result<std::string> text =
      heap_snapshot_list(test::made_snapshot(small), "", 1, {});
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_THAT(*text, HasSubstr("2  Session\n"));
  EXPECT_THAT(*text, HasSubstr("… and 1 more"));
  EXPECT_THAT(*text, HasSubstr("who allocated them is not in it"));
}

}  // namespace
}  // namespace tidemark
