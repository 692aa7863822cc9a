// The rules that look at one number: two snapshots, fuite, BLeak, CPython's
// -R, LeakCanary's on levels, Mann-Kendall, the Hive gateway.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/support/peer_rules/bleak.h"
#include "tests/support/peer_rules/fuite.h"
#include "tests/support/peer_rules/hive.h"
#include "tests/support/peer_rules/leakcanary.h"
#include "tests/support/peer_rules/mann_kendall.h"
#include "tests/support/peer_rules/refleak.h"
#include "tests/support/peer_rules/two_snapshots.h"

namespace tidemark::peers {
namespace {

using Deltas = std::vector<std::int64_t>;
using Levels = std::vector<double>;

TEST(TwoSnapshots, MoreIsALeak) {
  EXPECT_TRUE(grew(100, 101));
  EXPECT_FALSE(grew(100, 100));
  EXPECT_FALSE(grew(100, 99));
}

TEST(Fuite, AMultipleOfTheIterationsIsALeak) {
  EXPECT_TRUE(fuite_suspects(7, 7));
  EXPECT_TRUE(fuite_suspects(700, 7));
  EXPECT_FALSE(fuite_suspects(701, 7)) << "one object in flight";
  EXPECT_FALSE(fuite_suspects(0, 7));
  EXPECT_FALSE(fuite_suspects(-7, 7));
}

TEST(Refleak, ThePublishedExamples) {
  for (const Deltas& fine : {Deltas{3, 0, 0}, {0, 1, 0}, {8, -8, 1}}) {
    EXPECT_FALSE(blocks_leak(fine)) << fine[0];
  }
  for (const Deltas& leak : {Deltas{5, 5, 6}, {10, 1, 1}}) {
    EXPECT_TRUE(blocks_leak(leak)) << leak[0];
  }
}

TEST(Refleak, DescriptorsMayNotMoveAtAll) {
  EXPECT_FALSE(descriptors_leak(Deltas{0, 0, 0}));
  EXPECT_TRUE(descriptors_leak(Deltas{0, 1, 0}));
  EXPECT_TRUE(descriptors_leak(Deltas{1, -1, 0}));
}

TEST(Bleak, OnePauseAcquits) {
  EXPECT_TRUE(rises_every_time(Levels{1, 2, 3, 9}));
  EXPECT_FALSE(rises_every_time(Levels{1, 2, 2, 9}));
  EXPECT_FALSE(rises_every_time(Levels{1, 2, 1, 9}));
  EXPECT_FALSE(rises_every_time(Levels{1}));
}

TEST(LeakCanary, ALevelGrowsByTheLoopsAtLeast) {
  EXPECT_TRUE(keeps_growing(Levels{0, 2, 4, 7}, 2));
  EXPECT_FALSE(keeps_growing(Levels{0, 2, 3, 7}, 2));
  EXPECT_FALSE(keeps_growing(Levels{0}, 2));
}

TEST(MannKendall, ZIsAsDefined) {
  // S = 10 of 10 pairs, Var = 5 · 4 · 15 / 18.
  EXPECT_NEAR(mann_kendall(Levels{1, 2, 3, 4, 5}), 9 / std::sqrt(300.0 / 18),
              1e-12);
  EXPECT_NEAR(mann_kendall(Levels{5, 4, 3, 2, 1}), -9 / std::sqrt(300.0 / 18),
              1e-12);
  // 1 1 2 2 3: S = 8; two groups of two take 2 · 1 · 9 each from the variance.
  EXPECT_NEAR(mann_kendall(Levels{1, 1, 2, 2, 3}),
              7 / std::sqrt((300.0 - 36) / 18), 1e-12);
  EXPECT_EQ(mann_kendall(Levels{4, 4, 4}), 0);
  EXPECT_EQ(mann_kendall(Levels{}), 0);
}

TEST(MannKendall, OnlyRisingIsALeak) {
  EXPECT_TRUE(rises(Levels{1, 2, 3, 4, 5}, 0.05));
  EXPECT_FALSE(rises(Levels{1, 2, 3, 4, 5}, 0.01)) << "p is 0.014";
  EXPECT_FALSE(rises(Levels{5, 4, 3, 2, 1}, 0.05));
  EXPECT_FALSE(rises(Levels{1, 3, 2, 1, 3}, 0.05));
}

// So many differences with that sum, in parts as equal as can be.
std::vector<SnapshotDifference> spread(const char* name,
                                       const ClassDifference& sum, int times) {
  std::vector<SnapshotDifference> all(static_cast<std::size_t>(times));
  const auto part = [&](std::int64_t whole, int i) {
    return whole * (i + 1) / times - whole * i / times;
  };
  for (int i = 0; i < times; ++i) {
    all[static_cast<std::size_t>(i)][name] = {
        part(sum.added, i), part(sum.removed, i), part(sum.added_bytes, i),
        part(sum.removed_bytes, i)};
  }
  return all;
}

TEST(Hive, ASteadyServerIsClean) {
  // Bytes go up in two of three differences only.
  std::vector<SnapshotDifference> four_snapshots(3);
  four_snapshots[0]["Request"] = {50, 20, 5000, 2000};
  four_snapshots[1]["Request"] = {20, 40, 2000, 4000};
  four_snapshots[2]["Request"] = {30, 20, 3000, 2000};
  EXPECT_TRUE(leaking_classes(four_snapshots).empty());
}

TEST(Hive, AGrowingArrayIsFoundAndAFalseAlarmWithIt) {
  const ClassDifference array{60'597, 0, 1'939'104, 0};
  const ClassDifference system{0, 50, 49'632, 0};
  std::vector<SnapshotDifference> six_snapshots =
      spread("{subgraphName}", array, 5);
  const auto more = spread("(system)", system, 5);
  for (std::size_t i = 0; i < more.size(); ++i) {
    six_snapshots[i].insert(more[i].begin(), more[i].end());
  }
  EXPECT_EQ(
      leaking_classes(six_snapshots),
      (SnapshotDifference{{"{subgraphName}", array}, {"(system)", system}}));
}

TEST(Hive, FewerObjectsOfMoreBytesAreALeakToIt) {
  const ClassDifference code{16'020, 25'748, 2'000'000, 715'176};
  EXPECT_EQ(code.objects(), -9728);
  EXPECT_EQ(code.bytes(), 1'284'824);
  EXPECT_EQ(leaking_classes(spread("(compiled code)", code, 5)).size(), 1u);
}

TEST(Hive, BytesWithoutObjectsAreNoLeak) {
  EXPECT_TRUE(
      leaking_classes(spread("String", {40, 40, 9000, 1000}, 5)).empty());
}

TEST(Hive, AClassThatIsMissingOnceDidNotGrow) {
  std::vector<SnapshotDifference> differences =
      spread("Session", {50, 0, 5000, 0}, 5);
  EXPECT_EQ(leaking_classes(differences).size(), 1u);
  differences[3].clear();
  EXPECT_TRUE(leaking_classes(differences).empty());
}

}  // namespace
}  // namespace tidemark::peers
