#include "harness/sweep/knee.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <optional>

#include "harness/sweep/fold.h"
#include "tests/support/swept_runs.h"

namespace tidemark {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

SweepAnswer folded(const std::vector<StoredRun>& runs) {
  return fold_sweep(buffer_spec(), buffer_cells(), runs);
}

const SweepKnee& only_knee(const SweepAnswer& answer) {
  EXPECT_THAT(answer.knees, SizeIs(1));
  return answer.knees.at(0);
}

TEST(SweepKnee, IsTheLastLevelBeforeTheLoss) {
  const SweepAnswer answer = folded(buffer_runs());
  const SweepKnee& knee = only_knee(answer);
  EXPECT_EQ(knee.level, "64KiB");
  EXPECT_EQ(knee.from, "1MiB");
  ASSERT_TRUE(knee.below);
  EXPECT_EQ(knee.below->level, "4KiB");
  EXPECT_THAT(knee.doubtful, IsEmpty());
  EXPECT_NEAR(knee.loss.value, 0.01, 0.002);
  EXPECT_LT(knee.loss.low, knee.loss.value);
  EXPECT_GT(knee.loss.high, knee.loss.value);
  EXPECT_NEAR(knee.below->loss.value, 0.34, 0.01);
  EXPECT_DOUBLE_EQ(knee.bytes, 66'000);
  EXPECT_DOUBLE_EQ(knee.bytes_from, 1'000'000);
  EXPECT_EQ(answer.best, 1U);
  EXPECT_EQ(answer.cells[0].standing, SweepStanding::kKeeps);
  EXPECT_EQ(answer.cells[1].standing, SweepStanding::kKeeps);
  EXPECT_EQ(answer.cells[2].standing, SweepStanding::kLoses);
}

// Three pairs, by hand: d = ln of 0.99·{0.99, 0.98, 1.01}, of 0.5·{1.02, 1, 1}:
// s² = (4.7106e-4 + 2.6142e-4) / 4, of the 2 + 2 degrees of freedom 4/(2+3) are
// 3, whose t is 5.841.
TEST(SweepKnee, TheIntervalIsThatOfTheRoundsPairs) {
  const SweepAnswer answer = folded(buffer_rounds(
      {{1, 0.99, 1.02}, {1, 0.98, 1}, {1, 1.01, 1}}, {1000, 990, 500}));
  const std::optional<Estimate>& loss = answer.cells[1].throughput_loss;
  ASSERT_TRUE(loss);
  EXPECT_NEAR(loss->value, 1 - 0.99 * 0.99, 1e-4);
  EXPECT_NEAR(loss->low, 1 - 0.99 * std::exp(-0.0067676 + 0.045635), 2e-4);
  EXPECT_NEAR(loss->high, 1 - 0.99 * std::exp(-0.0067676 - 0.045635), 2e-4);
}

// A machine that is half as fast for a round is so for all cells of it.
TEST(SweepKnee, WhatARoundDoesToAllCellsFallsOut) {
  const std::array<double, 3> speeds{1000, 990, 660};
  const SweepAnswer answer =
      folded(buffer_rounds({{1, 1, 1}, {0.5, 0.5, 0.5}, {2, 2, 2}}, speeds));
  const SweepKnee& knee = only_knee(answer);
  EXPECT_EQ(knee.level, "64KiB");
  EXPECT_NEAR(knee.loss.low, 0.01, 1e-3);
  EXPECT_NEAR(knee.loss.high, 0.01, 1e-3);
}

TEST(SweepKnee, NoiseLeavesALevelInDoubtAndInQuestion) {
  const SweepAnswer answer = folded(buffer_rounds(
      {{1, 0.9, 1}, {1, 1, 0.9}, {1, 1.1, 1.1}}, {1000, 990, 300}));
  const SweepKnee& knee = only_knee(answer);
  EXPECT_EQ(knee.level, "1MiB");
  ASSERT_THAT(knee.doubtful, SizeIs(1));
  EXPECT_EQ(knee.doubtful[0].level, "64KiB");
  ASSERT_TRUE(knee.below);
  EXPECT_EQ(knee.below->level, "4KiB");
  EXPECT_EQ(answer.best, 0U);
  EXPECT_TRUE(answer.cells[1].in_question);
  EXPECT_FALSE(answer.cells[2].in_question);
}

// A level between is of no importance when a smaller one keeps all.
TEST(SweepKnee, ADoubtAboveASmallerLevelThatKeepsAllIsNone) {
  SweepAnswer answer = folded(buffer_runs());
  std::vector<SweepCell> cells = answer.cells;
  cells[1].standing = SweepStanding::kDoubt;
  cells[2].standing = SweepStanding::kKeeps;
  const auto knees = find_knees(buffer_spec(), cells);
  ASSERT_THAT(knees, SizeIs(1));
  EXPECT_EQ(knees[0].level, "4KiB");
  EXPECT_THAT(knees[0].doubtful, IsEmpty());
  EXPECT_FALSE(knees[0].below);
}

TEST(SweepKnee, WithOneRunEachTheValueDecides) {
  SweepSpec spec = buffer_spec();
  spec.repeat = spec.repeat_most = 1;
  const SweepAnswer answer = fold_sweep(
      spec, buffer_cells(), buffer_rounds({{1, 1, 1}}, {1000, 990, 660}));
  EXPECT_EQ(only_knee(answer).level, "64KiB");
  EXPECT_EQ(answer.cells[1].throughput_loss->low,
            answer.cells[1].throughput_loss->high);
}

TEST(SweepKnee, OneRoundDecidesNothingWhereMoreMayBeMade) {
  SweepSpec spec = buffer_spec();
  spec.repeat = 1;
  const SweepAnswer answer = fold_sweep(
      spec, buffer_cells(), buffer_rounds({{1, 1, 1}}, {1000, 990, 660}));
  EXPECT_EQ(only_knee(answer).level, "1MiB");
  EXPECT_TRUE(answer.cells[1].in_question);
  EXPECT_TRUE(answer.cells[2].in_question);
}

// The quiet cells say nothing about the one that is not.
TEST(SweepKnee, ACellThatScattersMoreThanTheOthersHasItsOwnInterval) {
  const std::array<double, 3> speeds{1000, 990, 500};
  const std::vector<std::array<double, 3>> rounds{
      {1, 0.95, 1}, {1, 1.06, 1}, {1, 0.94, 1}, {1, 1.05, 1}};
  const SweepAnswer answer = folded(buffer_rounds(rounds, speeds));
  const Estimate loss = *answer.cells[1].throughput_loss;
  // s = 0.0636, t of 3 degrees of freedom 5.841: 0.19 to either side.
  EXPECT_NEAR(std::log((1 - loss.low) / (1 - loss.high)), 2 * 0.186, 0.01);
}

// A setting with which the service does not always start is none to advise.
TEST(SweepKnee, ALevelOfWhichARunFailedIsNotIt) {
  std::vector<StoredRun> runs = buffer_runs();
  runs.push_back(failed_run(buffer_cells()[1], 3));
  const SweepAnswer answer = folded(runs);
  EXPECT_EQ(only_knee(answer).level, "1MiB");
  EXPECT_EQ(answer.best, 0U);
  EXPECT_NE(answer.cells[1].given_up, "");
}

}  // namespace
}  // namespace tidemark
