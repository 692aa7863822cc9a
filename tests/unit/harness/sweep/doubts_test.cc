#include "harness/sweep/doubts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "harness/sweep/fold.h"
#include "tests/support/swept_runs.h"

namespace tidemark {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class StepsToMake : public ::testing::Test {
 protected:
  StepsToMake() : spec_(buffer_spec()) {
    spec_.repeat = 3;
    spec_.repeat_most = 5;
  }

  std::vector<SweepStep> after(const std::vector<StoredRun>& runs) const {
    return steps_to_make(sweep_order(spec_, 3),
                         fold_sweep(spec_, buffer_cells(), runs));
  }

  SweepSpec spec_;
};

const std::array<double, 3> kSpeeds{1000, 990, 300};
const std::vector<std::array<double, 3>> kNoisy{
    {1, 0.9, 1}, {1, 1, 0.9}, {1, 1.1, 1.1}, {1, 0.9, 1}, {1, 1.1, 1}};

TEST_F(StepsToMake, AreThoseThatWereWrittenFirst) {
  EXPECT_THAT(after({}), SizeIs(9));
  std::vector<StoredRun> runs = buffer_runs();
  runs.resize(6);
  EXPECT_THAT(
      after(runs),
      UnorderedElementsAre(SweepStep{0, 2}, SweepStep{1, 2}, SweepStep{2, 2}));
}

TEST_F(StepsToMake, AreNoneWhenNothingIsInDoubt) {
  EXPECT_THAT(after(buffer_runs()), IsEmpty());
}

TEST_F(StepsToMake, AreARoundOfTheBaselineAndOfWhatIsInDoubt) {
  EXPECT_THAT(after(buffer_rounds({kNoisy[0], kNoisy[1], kNoisy[2]}, kSpeeds)),
              UnorderedElementsAre(SweepStep{0, 3}, SweepStep{1, 3}));
}

// Of that round one run is made: the other is what its pair wants.
TEST_F(StepsToMake, AreTheRestOfARound) {
  std::vector<StoredRun> runs =
      buffer_rounds({kNoisy[0], kNoisy[1], kNoisy[2], kNoisy[3]}, kSpeeds);
  runs.erase(runs.end() - 2, runs.end());
  EXPECT_THAT(after(runs), UnorderedElementsAre(SweepStep{1, 3}));
}

TEST_F(StepsToMake, AreNoneAfterTheLastRound) {
  EXPECT_THAT(after(buffer_rounds(kNoisy, kSpeeds)), IsEmpty());
}

TEST_F(StepsToMake, AreNoneOfACellThatFails) {
  std::vector<StoredRun> runs =
      buffer_rounds({kNoisy[0], kNoisy[1], kNoisy[2]}, kSpeeds);
  runs.push_back(failed_run(buffer_cells()[1], 3));
  for (const SweepStep& step : after(runs)) EXPECT_NE(step.cell, 1U);
}

TEST_F(StepsToMake, AreNoneWithoutABaselineToCompareWith) {
  std::vector<StoredRun> runs =
      buffer_rounds({kNoisy[0], kNoisy[1], kNoisy[2]}, kSpeeds);
  runs.push_back(failed_run(buffer_cells()[0], 3));
  EXPECT_THAT(after(runs), IsEmpty());
}

// The round's baseline is of another hour by then.
TEST_F(StepsToMake, DoNotMakeUpForARoundThatIsOver) {
  std::vector<StoredRun> runs =
      buffer_rounds({kNoisy[0], kNoisy[1], kNoisy[2]}, kSpeeds);
  runs.push_back(swept_run(buffer_cells()[0], 1000, 1'000'000, 4));
  EXPECT_THAT(after(runs), UnorderedElementsAre(SweepStep{1, 4}));
}

}  // namespace
}  // namespace tidemark
