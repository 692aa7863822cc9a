// What `cycles.maxDuration` does to a run: it ends in time, with a verdict, and
// with what was known by then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/sim/simulate.h"

namespace tidemark {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kRuns = 10;
constexpr const char* kNearlyOver = "cycles.maxDuration is nearly over";

const SimCase& service(const std::string& name) {
  const auto found =
      std::find_if(sim_cases().begin(), sim_cases().end(),
                   [&](const SimCase& of) { return of.name == name; });
  return *found;
}

RunRecord run_for(Duration most, const std::string& name, std::uint64_t seed,
                  const SimParameters& with = first_parameters()) {
  Scenario scenario = sim_scenario(service(name), with);
  scenario.cycles.max_duration = most;
  return simulate(service(name), with, seed, scenario).record;
}

TEST(TimeLimit, WhatWasKnownBeforeAWatchIsKnownAfterIt) {
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const RunRecord record = run_for(seconds(10), "clean", seed);
    ASSERT_TRUE(record.judgement);
    EXPECT_EQ(record.judgement->outcome, Outcome::kPass) << seed;
    EXPECT_THAT(record.stopped_because, HasSubstr("would have shown"));
  }
}

TEST(TimeLimit, ALongLingerDoesNotTakeTheVerdictAway) {
  const SimCase& clean = service("clean");
  Scenario scenario = sim_scenario(clean, first_parameters());
  scenario.cycles.max_duration = seconds(60);
  scenario.cycles.linger = seconds(50);
  const RunRecord record =
      simulate(clean, first_parameters(), 1, scenario).record;
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kPass);
}

TEST(TimeLimit, ARunEndsInTimeAndWithAVerdict) {
  for (const char* name : {"clean", "slow release", "leak 1"})
    for (int most = 2; most <= 12; ++most)
      for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
        const RunRecord record = run_for(seconds(most), name, seed);
        EXPECT_FALSE(record.error) << name << ' ' << most << ' ' << seed;
        EXPECT_TRUE(record.judgement);
        // A cycle may be under way, and the service slow to rest.
        EXPECT_LT(record.took, seconds(most) + CycleSpec{}.settle_timeout)
            << name << ' ' << most << ' ' << seed;
      }
}

TEST(TimeLimit, AKnownLeakGivesItsOwnReason) {
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const RunRecord record = run_for(seconds(8), "leak 1", seed);
    ASSERT_TRUE(record.judgement);
    EXPECT_EQ(record.judgement->outcome, Outcome::kLeak);
    EXPECT_EQ(record.stopped_because, "the leak is known") << seed;
  }
}

TEST(TimeLimit, WhatWasNotWatchedForLongEnoughIsNoLeakYet) {
  const RunRecord record = run_for(seconds(5), "leak 1", 1);
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kInconclusive);
  EXPECT_THAT(record.judgement->reason, HasSubstr("may go yet"));
  EXPECT_THAT(record.judgement->reason, HasSubstr("cycles.maxDuration"));
  ASSERT_FALSE(record.judgement->findings.empty());
  EXPECT_EQ(record.judgement->findings.front().kind, FindingClass::kUndecided);
  EXPECT_THAT(record.stopped_because, Not(HasSubstr("known")));
}

TEST(TimeLimit, ALateReleaseIsNoLeakHoweverShortTheRun) {
  SimParameters with = first_parameters();
  with.release_after = 4;
  for (int most = 2; most <= 12; ++most)
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const RunRecord record =
          run_for(seconds(most), "slow release", seed, with);
      ASSERT_TRUE(record.judgement);
      EXPECT_NE(record.judgement->outcome, Outcome::kLeak)
          << most << ' ' << seed;
    }
}

TEST(TimeLimit, ARunThatKnewNothingYetSaysThatTheTimeWasOver) {
  const RunRecord record = run_for(seconds(5), "saturating", 1);
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kInconclusive);
  EXPECT_EQ(record.stopped_because, kNearlyOver);
}

TEST(TimeLimit, AWarmUpThatTakesAllOfItSaysWhatToRaise) {
  const RunRecord record = run_for(seconds(1), "slow release", 1);
  ASSERT_FALSE(record.error) << record.error->message;
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kInconclusive);
  EXPECT_EQ(record.judgement->reason,
            "the time was over in the warm-up, and nothing was measured: "
            "cycles.maxDuration, raised, or fewer connections would decide it");
  EXPECT_EQ(record.stopped_because, kNearlyOver);
}

TEST(TimeLimit, ExactlySoManyCyclesAreAnErrorIfTheyTakeLonger) {
  const SimCase& clean = service("clean");
  Scenario scenario = sim_scenario(clean, first_parameters());
  scenario.cycles.planned = false;
  scenario.cycles.max_duration = seconds(2);
  const RunRecord record =
      simulate(clean, first_parameters(), 1, scenario).record;
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->message,
            "the run is longer than cycles.maxDuration, 2 s");
}

}  // namespace
}  // namespace tidemark
