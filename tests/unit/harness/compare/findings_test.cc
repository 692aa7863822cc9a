// Control against treatment (field rule: new is what every run of NEW has and
// no run of OLD), with findings of two hands.
#include "harness/compare/findings.h"

#include <gtest/gtest.h>

#include "tests/support/compared_runs.h"

namespace tidemark {
namespace {

using Runs = std::vector<RunRecord>;

FindingChange only(const Runs& before, const Runs& after) {
  const std::vector<FindingChange> changes = compare_findings(before, after);
  EXPECT_EQ(changes.size(), 1U);
  return changes.empty() ? FindingChange{} : changes.front();
}

TEST(CompareFindings, InEveryRunOfNewAndInNoneOfOldIsNewAndFails) {
  const FindingChange change =
      only({run_with({}), run_with({})},
           {run_with({leak_of("a", 96)}), run_with({leak_of("a", 96)})});
  EXPECT_EQ(change.change, ChangeKind::kNew);
  EXPECT_TRUE(change.fails);
  EXPECT_EQ(change.fingerprint, "a");
  EXPECT_EQ(change.before, std::nullopt);
  EXPECT_EQ(change.after, (Estimate{96, 96, 96}));
  ASSERT_TRUE(change.site);
  EXPECT_EQ(change.site->id, 5U);
}

TEST(CompareFindings, InSomeRunsOfNewIsPerhapsNewAndOpen) {
  const FindingChange change =
      only({run_with({}), run_with({})},
           {run_with({leak_of("a", 96)}), run_with({})});
  EXPECT_EQ(change.change, ChangeKind::kPerhapsNew);
  EXPECT_FALSE(change.fails);
  EXPECT_TRUE(change.undecided);
  EXPECT_EQ(change.told, "only 1 of 2 runs of NEW have it");
}

// Hybrid: one run of OLD is enough to have had it.
TEST(CompareFindings, InOneRunOfOldIsNotNew) {
  const FindingChange change =
      only({run_with({leak_of("a", 96)}), run_with({})},
           {run_with({leak_of("a", 96)}), run_with({leak_of("a", 96)})});
  EXPECT_EQ(change.change, ChangeKind::kSame);
  EXPECT_FALSE(change.fails);
  EXPECT_FALSE(change.undecided);
  EXPECT_EQ(change.old_runs, 1);
  EXPECT_EQ(change.new_runs, 2);
}

TEST(CompareFindings, InOldAloneIsGone) {
  const FindingChange change =
      only({run_with({leak_of("a", 96)})}, {run_with({})});
  EXPECT_EQ(change.change, ChangeKind::kGone);
  EXPECT_FALSE(change.fails);
  EXPECT_EQ(change.told, "1 of 1 runs of OLD have it, no run of NEW");
}

TEST(CompareFindings, GoneIsNotSaidWithoutDoubtWhereNewWasBlind) {
  RunRecord blind = run_with({});
  blind.judgement->limit.objects_per_connection = 2;
  const FindingChange change = only({run_with({leak_of("a", 96)})}, {blind});
  EXPECT_EQ(change.told,
            "1 of 1 runs of OLD have it, no run of NEW, which could not have "
            "seen so little");
}

TEST(CompareFindings, RatesThatOverlapAreTheSame) {
  const FindingChange change = only({run_with({leak_of("a", 10, 8, 12)})},
                                    {run_with({leak_of("a", 13, 11, 15)})});
  EXPECT_EQ(change.change, ChangeKind::kSame);
  EXPECT_FALSE(change.fails);
}

TEST(CompareFindings, ARateAboveTheOldOnesIntervalFails) {
  const FindingChange change = only({run_with({leak_of("a", 10, 8, 12)})},
                                    {run_with({leak_of("a", 15, 13, 17)})});
  EXPECT_EQ(change.change, ChangeKind::kHigher);
  EXPECT_TRUE(change.fails);
}

TEST(CompareFindings, ALowerRateIsToldAndDoesNotFail) {
  const FindingChange change = only({run_with({leak_of("a", 15, 13, 17)})},
                                    {run_with({leak_of("a", 10, 8, 12)})});
  EXPECT_EQ(change.change, ChangeKind::kLower);
  EXPECT_FALSE(change.fails);
}

// What one run of NEW has less of may be noise of that run: the hull counts.
TEST(CompareFindings, ARateIsTheHullOfAllRuns) {
  const Runs before{run_with({leak_of("a", 10)}), run_with({leak_of("a", 10)})};
  const FindingChange change =
      only(before, {run_with({leak_of("a", 20)}), run_with({leak_of("a", 9)})});
  EXPECT_EQ(change.change, ChangeKind::kSame);
  EXPECT_EQ(change.after, (Estimate{14.5, 9, 20}));
}

TEST(CompareFindings, OneByteMoreInAThousandIsTheSame) {
  const FindingChange change =
      only({run_with({leak_of("a", 1000)})}, {run_with({leak_of("a", 1001)})});
  EXPECT_EQ(change.change, ChangeKind::kSame);
}

// Plans differ in their mix of ways: per unit the rate is what it is.
TEST(CompareFindings, RatesAreComparedPerUnitWhereItIsTheSame) {
  Finding before = leak_of("a", 24);
  before.unit = "reset close";
  before.rate.bytes_per_unit = 96;
  Finding after = before;
  after.rate.bytes_per_connection = 48;
  after.rate.bytes_per_connection_low = 48;
  after.rate.bytes_per_connection_high = 48;
  const FindingChange same = only({run_with({before})}, {run_with({after})});
  EXPECT_EQ(same.change, ChangeKind::kSame);
  EXPECT_EQ(same.unit, "reset close");
  EXPECT_EQ(same.after, (Estimate{96, 96, 96}));
  after.unit = "abnormal close";
  const FindingChange other = only({run_with({before})}, {run_with({after})});
  EXPECT_EQ(other.change, ChangeKind::kHigher);
  EXPECT_EQ(other.unit, "connection");
}

TEST(CompareFindings, WhatTheScenarioAllowsIsToldAndDoesNotFail) {
  Finding allowed = leak_of("a", 96);
  allowed.fails = false;
  const FindingChange fresh = only({run_with({})}, {run_with({allowed})});
  EXPECT_EQ(fresh.change, ChangeKind::kNew);
  EXPECT_FALSE(fresh.fails);
  EXPECT_FALSE(fresh.undecided);
  const FindingChange higher =
      only({run_with({leak_of("a", 10)})}, {run_with({allowed})});
  EXPECT_EQ(higher.change, ChangeKind::kHigher);
  EXPECT_FALSE(higher.fails);
}

TEST(CompareFindings, WhatOldCouldNotHaveSeenIsPerhapsNew) {
  Finding rare = leak_of("a", 96);
  rare.rate.objects_per_connection = 0.01;
  RunRecord blind = run_with({});
  blind.judgement->limit.objects_per_connection = 0.05;
  const FindingChange change = only({blind}, {run_with({rare})});
  EXPECT_EQ(change.change, ChangeKind::kPerhapsNew);
  EXPECT_FALSE(change.fails);
  EXPECT_TRUE(change.undecided);
}

TEST(CompareFindings, ACacheThatBecameALeakIsNew) {
  Finding bounded = leak_of("a", 96);
  bounded.kind = FindingClass::kBounded;
  bounded.fails = false;
  const FindingChange change =
      only({run_with({bounded})}, {run_with({leak_of("a", 96)})});
  EXPECT_EQ(change.change, ChangeKind::kNew);
  EXPECT_TRUE(change.fails);
  EXPECT_EQ(change.told, "it was bounded in OLD, and grows in NEW");
  EXPECT_TRUE(
      compare_findings(Runs{run_with({})}, Runs{run_with({bounded})}).empty());
}

TEST(CompareFindings, GrowthWithoutACauseIsOpen) {
  Finding undecided = leak_of("a", 96);
  undecided.kind = FindingClass::kUndecided;
  undecided.fails = false;
  const FindingChange change = only({run_with({})}, {run_with({undecided})});
  EXPECT_EQ(change.change, ChangeKind::kPerhapsNew);
  EXPECT_TRUE(change.undecided);
  EXPECT_FALSE(change.fails);
}

TEST(CompareFindings, WhatHasNoFingerprintIsKnownByWhatItIsAbout) {
  Finding threads;
  threads.kind = FindingClass::kDescriptors;
  threads.fails = true;
  threads.unit = "thread";
  threads.rate.objects_per_unit = 1;
  threads.rate.objects_per_connection = 1;
  threads.rate.exact = true;
  const FindingChange same = only({run_with({threads})}, {run_with({threads})});
  EXPECT_EQ(same.change, ChangeKind::kSame);
  EXPECT_FALSE(same.in_bytes);
  EXPECT_TRUE(only({run_with({})}, {run_with({threads})}).fails);
}

TEST(CompareFindings, TheWorstComeFirst) {
  const std::vector<FindingChange> changes = compare_findings(
      Runs{run_with({leak_of("a", 5), leak_of("b", 5), leak_of("c", 50)})},
      Runs{run_with({leak_of("b", 5), leak_of("c", 5), leak_of("d", 5)})});
  ASSERT_EQ(changes.size(), 4U);
  EXPECT_EQ(changes[0].fingerprint, "d");
  EXPECT_EQ(changes[1].fingerprint, "b");
  EXPECT_EQ(changes[2].change, ChangeKind::kGone);
  EXPECT_EQ(changes[3].change, ChangeKind::kLower);
}

}  // namespace
}  // namespace tidemark
