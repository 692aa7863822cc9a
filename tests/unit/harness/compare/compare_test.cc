#include "harness/compare/compare.h"

#include <gtest/gtest.h>

#include "tests/support/compared_runs.h"

namespace tidemark {
namespace {

using Runs = std::vector<RunRecord>;

VersionComparison compared(const Runs& before, const Runs& after,
                           std::optional<double> max_slowdown = {}) {
  Result<VersionComparison> comparison =
      compare_runs(before, after, max_slowdown);
  EXPECT_TRUE(comparison);
  return comparison ? *comparison : VersionComparison{};
}

const FigureChange& figure(const VersionComparison& comparison,
                           FigureKind kind) {
  static const FigureChange kNone;
  for (const FigureChange& one : comparison.figures)
    if (one.kind == kind) return one;
  ADD_FAILURE() << "no " << to_word(kind);
  return kNone;
}

TEST(CompareRuns, TheSameVersionTwiceIsNothingWorse) {
  const Runs runs{run_with({leak_of("a", 96)}), run_with({leak_of("a", 96)})};
  const VersionComparison comparison = compared(runs, runs);
  EXPECT_EQ(comparison.outcome, ComparisonOutcome::kNothingWorse);
  EXPECT_EQ(comparison.reason, "NEW keeps nothing that OLD does not keep");
  EXPECT_EQ(comparison.figures.size(), 5U);
  for (const FigureChange& one : comparison.figures)
    EXPECT_EQ(one.verdict, FigureVerdict::kNoDifference) << to_word(one.kind);
}

TEST(CompareRuns, ANewFindingIsWorse) {
  const VersionComparison comparison =
      compared({run_with({})}, {run_with({leak_of("a", 96)})});
  EXPECT_EQ(comparison.outcome, ComparisonOutcome::kWorse);
  EXPECT_EQ(comparison.reason, "1 finding is new");
}

TEST(CompareRuns, EverythingThatIsWorseIsCounted) {
  const VersionComparison comparison =
      compared({run_with({leak_of("a", 9), leak_of("b", 9)}, 1000, 5000)},
               {run_with({leak_of("a", 90), leak_of("b", 90), leak_of("c", 1)},
                         1000, 6000)});
  EXPECT_EQ(comparison.reason,
            "1 finding is new, 2 rates are higher, peak_per_connection is "
            "worse");
}

TEST(CompareRuns, AFindingOfSomeRunsIsInconclusive) {
  const VersionComparison comparison =
      compared({run_with({}), run_with({})},
               {run_with({}), run_with({leak_of("a", 96)})});
  EXPECT_EQ(comparison.outcome, ComparisonOutcome::kInconclusive);
  EXPECT_EQ(comparison.reason,
            "a finding may be worse: only 1 of 2 runs of NEW have it; more "
            "--rounds or cycles would decide it");
}

TEST(CompareRuns, ABlindRunOfNewIsInconclusive) {
  RunRecord blind = run_with({});
  blind.judgement->outcome = Outcome::kInconclusive;
  blind.judgement->reason = "too few connections";
  const VersionComparison comparison = compared({run_with({})}, {blind});
  EXPECT_EQ(comparison.outcome, ComparisonOutcome::kInconclusive);
  EXPECT_EQ(comparison.reason,
            "a run of NEW could not tell: too few connections");
}

TEST(CompareRuns, ARunWithoutAVerdictCannotBeCompared) {
  RunRecord failed = run_with({});
  failed.error = Error{ErrorKind::kEnvironment, "the service died", ""};
  const Result<VersionComparison> comparison =
      compare_runs(Runs{run_with({})}, Runs{failed}, {});
  ASSERT_FALSE(comparison);
  EXPECT_EQ(comparison.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(comparison.error().message,
            "a run of NEW (chat) did not come to a verdict: the service died");
}

TEST(CompareRuns, AHigherPeakIsWorseAndALowerOneBetter) {
  const Runs low{run_with({}, 1000, 5000), run_with({}, 1000, 5001)};
  const Runs high{run_with({}, 1000, 6000), run_with({}, 1000, 6001)};
  const VersionComparison worse = compared(low, high);
  EXPECT_EQ(worse.outcome, ComparisonOutcome::kWorse);
  EXPECT_TRUE(figure(worse, FigureKind::kPeak).fails);
  const VersionComparison better = compared(high, low);
  EXPECT_EQ(better.outcome, ComparisonOutcome::kNothingWorse);
  EXPECT_EQ(figure(better, FigureKind::kPeak).verdict, FigureVerdict::kBetter);
}

TEST(CompareRuns, APeakWithinItsScatterIsNoDifference) {
  const Runs before{run_with({}, 1000, 5000), run_with({}, 1000, 5600)};
  const Runs after{run_with({}, 1000, 5700), run_with({}, 1000, 5300)};
  const VersionComparison comparison = compared(before, after);
  EXPECT_EQ(comparison.outcome, ComparisonOutcome::kNothingWorse);
}

TEST(CompareRuns, WithoutScatterASmallDifferenceOfThePeakIsNotJudged) {
  const auto peak = [](double before, double after) {
    return figure(compared({run_with({}, 1000, before)},
                           {run_with({}, 1000, after)}),
                  FigureKind::kPeak)
        .verdict;
  };
  EXPECT_EQ(peak(4999, 4901), FigureVerdict::kNoiseUnknown);
  EXPECT_EQ(peak(5000, 5200), FigureVerdict::kNoiseUnknown);
  EXPECT_EQ(peak(5000, 5000), FigureVerdict::kNoDifference);
  EXPECT_EQ(
      compared({run_with({}, 1000, 5000)}, {run_with({}, 1000, 5200)}).outcome,
      ComparisonOutcome::kNothingWorse);
  EXPECT_EQ(
      compared({run_with({}, 1000, 5000)}, {run_with({}, 1000, 5300)}).outcome,
      ComparisonOutcome::kWorse);
}

TEST(CompareRuns, SpeedIsToldAndDoesNotFailUnasked) {
  const Runs fast{run_with({}, 1000), run_with({}, 1010)};
  const Runs slow{run_with({}, 500), run_with({}, 505)};
  const VersionComparison told = compared(fast, slow);
  EXPECT_EQ(told.outcome, ComparisonOutcome::kNothingWorse);
  EXPECT_EQ(figure(told, FigureKind::kThroughput).verdict,
            FigureVerdict::kWorse);
  EXPECT_EQ(figure(told, FigureKind::kReplyP99).verdict, FigureVerdict::kWorse);
  const VersionComparison asked = compared(fast, slow, 50);
  EXPECT_EQ(asked.outcome, ComparisonOutcome::kWorse);
  EXPECT_EQ(asked.reason,
            "throughput is worse, reply_median is worse, reply_p99 is worse, "
            "handshake_median is worse");
  // Half the throughput is twice the time: a slowdown of 100 %.
  EXPECT_EQ(compared(fast, slow, 150).outcome,
            ComparisonOutcome::kNothingWorse);
}

TEST(CompareRuns, ASlowdownWithinTheNoiseIsNeverAClaim) {
  const Runs before{run_with({}, 1000), run_with({}, 700)};
  const Runs after{run_with({}, 600), run_with({}, 800)};
  const VersionComparison told = compared(before, after);
  EXPECT_EQ(figure(told, FigureKind::kThroughput).verdict,
            FigureVerdict::kNoDifference);
  const VersionComparison asked = compared(before, after, 5);
  EXPECT_EQ(asked.outcome, ComparisonOutcome::kInconclusive);
  EXPECT_EQ(asked.reason,
            "throughput may be worse than allowed, within the noise; more "
            "--rounds would decide it");
}

TEST(CompareRuns, OneRunOfEachSaysThatItsNoiseIsUnknown) {
  const VersionComparison comparison =
      compared({run_with({}, 1000)}, {run_with({}, 500)});
  const FigureChange& speed = figure(comparison, FigureKind::kThroughput);
  EXPECT_EQ(speed.verdict, FigureVerdict::kNoiseUnknown);
  EXPECT_NEAR(speed.change.value, -0.5, 1e-6);
  EXPECT_EQ(comparison.outcome, ComparisonOutcome::kNothingWorse);
}

// Runs of a plan stop when they know enough: what only one of them has would
// compare another load.
TEST(CompareRuns, OnlyCyclesOfTheSameLoadAreCompared) {
  RunRecord longer = run_with({}, 1000);
  CycleFacts heavy = paced_cycle(4, 10);
  heavy.load.attempted = {400};
  longer.cycles.push_back(heavy);
  CycleFacts warm_up = paced_cycle(5, 10);
  warm_up.kind = CycleKind::kWarmup;
  longer.cycles.push_back(warm_up);
  const VersionComparison comparison = compared({run_with({}, 1000)}, {longer});
  EXPECT_NEAR(figure(comparison, FigureKind::kThroughput).change.value, 0,
              1e-6);
}

TEST(CompareRuns, LoadsWithNothingInCommonAreSaidNotToBeCompared) {
  RunRecord other = run_with({}, 1000);
  for (CycleFacts& facts : other.cycles) facts.settings.messages = 7;
  const VersionComparison comparison = compared({run_with({})}, {other});
  EXPECT_EQ(comparison.figures.size(), 1U);  // the peak
  ASSERT_EQ(comparison.notes.size(), 1U);
  EXPECT_TRUE(comparison.notes[0].starts_with("speed was not compared: no "));
}

TEST(CompareRuns, ALoadThatWasNotTimedIsSaid) {
  RunRecord untimed = run_with({});
  for (CycleFacts& facts : untimed.cycles) facts.pace = {};
  const VersionComparison comparison = compared({untimed}, {run_with({})});
  ASSERT_EQ(comparison.notes.size(), 1U);
  EXPECT_TRUE(
      comparison.notes[0].starts_with("speed was not compared: the load "));
}

}  // namespace
}  // namespace tidemark
