#include "harness/run/watch.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using std::chrono::seconds;

constexpr Duration kLinger = seconds(30);

Finding of_kind(FindingClass kind, bool exact) {
  Finding finding;
  finding.kind = kind;
  finding.unit = "connection";
  finding.rate.exact = exact;
  return finding;
}

Duration watch(const std::vector<Finding>& findings) {
  return worth_watching(findings, kLinger, seconds(12));
}

TEST(WorthWatching, NothingGrowsSoNothingIsAwaited) {
  EXPECT_EQ(watch({}), Duration{});
  EXPECT_EQ(watch({of_kind(FindingClass::kBounded, true)}), Duration{});
}

TEST(WorthWatching, ACertainLeakMustHaveStayedAsLongAsOthersAreWatched) {
  EXPECT_EQ(watch({of_kind(FindingClass::kLeak, true)}), seconds(18));
  EXPECT_EQ(worth_watching({of_kind(FindingClass::kLeak, true)}, kLinger,
                           seconds(40)),
            Duration{});
}

TEST(WorthWatching, DoubtIsWatchedForTheWholeOfIt) {
  EXPECT_EQ(watch({of_kind(FindingClass::kLeak, true),
                   of_kind(FindingClass::kUndecided, true)}),
            kLinger);
  EXPECT_EQ(watch({of_kind(FindingClass::kLeak, false)}), kLinger);
}

TEST(WorthWatching, WhatIsSuppressedOrOpenIsNotAwaited) {
  Finding suppressed = of_kind(FindingClass::kUndecided, false);
  suppressed.suppressed.emplace();
  Finding open = of_kind(FindingClass::kLeak, false);
  open.unit = kOpenConnection;
  EXPECT_EQ(watch({suppressed, open}), Duration{});
}

TEST(AgeOfOldest, ItIsTheFirstMeasuredCycleWithConnections) {
  CycleFacts warm_up;
  warm_up.index = CycleIndex{1};
  warm_up.finished = seconds(1);
  CycleFacts idle;
  idle.index = CycleIndex{3};
  idle.kind = CycleKind::kIdle;
  idle.finished = seconds(2);
  CycleFacts loaded;
  loaded.index = CycleIndex{4};
  loaded.kind = CycleKind::kLoaded;
  loaded.finished = seconds(3);
  EXPECT_EQ(age_of_oldest({warm_up, idle, loaded}, CycleIndex{2}, seconds(10)),
            seconds(7));
  EXPECT_EQ(age_of_oldest({warm_up, idle}, CycleIndex{2}, seconds(10)),
            Duration{});
}

TEST(DoubtUnwatched, WhatIsOldEnoughIsCertainAndTheRestMayGoYet) {
  const auto doubted = [](FindingClass kind, bool exact, Duration age) {
    std::vector<Finding> findings{of_kind(kind, exact)};
    findings[0].fails = true;
    const bool any = doubt_unwatched(findings, kLinger, age);
    EXPECT_EQ(findings[0].fails, !any);
    EXPECT_EQ(findings[0].kind, any ? FindingClass::kUndecided : kind);
    return any;
  };
  EXPECT_TRUE(doubted(FindingClass::kLeak, true, seconds(29)));
  EXPECT_FALSE(doubted(FindingClass::kLeak, true, seconds(30)));
  EXPECT_TRUE(doubted(FindingClass::kLeak, false, seconds(30)));
  EXPECT_TRUE(doubted(FindingClass::kDescriptors, true, seconds(29)));
  EXPECT_FALSE(doubted(FindingClass::kTimeGrowth, false, seconds(29)));
}

TEST(DoubtUnwatched, WhatDoesNotFailIsLeftAlone) {
  std::vector<Finding> findings{of_kind(FindingClass::kLeak, true)};
  EXPECT_FALSE(doubt_unwatched(findings, kLinger, seconds(0)));
  EXPECT_EQ(findings[0].kind, FindingClass::kLeak);
}

}  // namespace
}  // namespace tidemark
