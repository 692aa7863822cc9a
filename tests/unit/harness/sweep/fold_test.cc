#include "harness/sweep/fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/swept_runs.h"

namespace tidemark {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

SweepAnswer folded(const std::vector<StoredRun>& runs) {
  return fold_sweep(buffer_spec(), buffer_cells(), runs);
}

TEST(SweepFold, FiguresAreMediansWithTheirSpread) {
  const SweepAnswer answer = folded(buffer_runs());
  ASSERT_THAT(answer.cells, SizeIs(3));
  const auto& figures = answer.cells[0].figures;
  EXPECT_NEAR(figures.at(SweepFigure::kThroughput).median, 1000, 0.1);
  EXPECT_NEAR(figures.at(SweepFigure::kThroughput).least, 990, 0.1);
  EXPECT_NEAR(figures.at(SweepFigure::kThroughput).most, 1010, 0.1);
  EXPECT_DOUBLE_EQ(figures.at(SweepFigure::kOpenHeap).median, 1'000'000);
  EXPECT_DOUBLE_EQ(figures.at(SweepFigure::kOpenPss).median, 3000);
  EXPECT_DOUBLE_EQ(figures.at(SweepFigure::kPeakRss).median, 8 << 20);
  EXPECT_NEAR(figures.at(SweepFigure::kCpu).median, 0.0005, 1e-6);
  EXPECT_DOUBLE_EQ(figures.at(SweepFigure::kAllocations).median, 3);
  EXPECT_EQ(answer.runs, 9U);
  EXPECT_EQ(answer.wanted, 9U);
}

// What was run again when the machine was twice as fast is not compared with
// what was not.
TEST(SweepFold, MediansAreOfTheRoundsThatAllCellsHave) {
  std::vector<StoredRun> runs = buffer_runs();
  for (const std::uint32_t round : {3U, 4U, 5U, 6U})
    runs.push_back(swept_run({{"buffer", "1MiB"}}, 2000, 1'000'000, round));
  const SweepAnswer answer = folded(runs);
  const SweepValue& value =
      answer.cells[0].figures.at(SweepFigure::kThroughput);
  EXPECT_NEAR(value.median, 1000, 0.1);
  EXPECT_NEAR(value.most, 1010, 0.1);
  EXPECT_EQ(value.runs.size(), 7U);
}

TEST(SweepFold, ParetoCellsAreThoseThatNoOtherBeats) {
  std::vector<StoredRun> runs = buffer_runs();
  for (StoredRun& run : runs)
    if (run.record.cell.at("buffer") == "64KiB")
      run.record.open->bytes = Bytes{200'000'000};  // more than 1 MiB's
  const SweepAnswer answer = folded(runs);
  EXPECT_TRUE(answer.cells[0].pareto);
  EXPECT_FALSE(answer.cells[1].pareto);
  EXPECT_TRUE(answer.cells[2].pareto);
}

TEST(SweepFold, TheArithmeticSaysWhatIsElsewhere) {
  const SweepAnswer answer = folded(buffer_runs());
  ASSERT_TRUE(answer.cells[0].arithmetic);
  EXPECT_EQ(answer.cells[0].arithmetic->connections, Count{100});
  EXPECT_EQ(answer.cells[0].arithmetic->heap, Bytes{100'000'000});
  EXPECT_EQ(answer.cells[0].arithmetic->explained, Bytes{90'000'000});
  EXPECT_EQ(answer.cells[0].arithmetic->pss, Bytes{300'000});
}

TEST(SweepFold, ACellThatFailedIsGivenUpAndNotCountedAsMissing) {
  std::vector<StoredRun> runs = buffer_runs();
  std::erase_if(runs, [](const StoredRun& run) {
    return run.record.cell.at("buffer") == "4KiB";
  });
  runs.push_back(failed_run({{"buffer", "4KiB"}}, 0));
  const SweepAnswer answer = folded(runs);
  EXPECT_THAT(answer.cells[2].given_up, HasSubstr("it did not start"));
  EXPECT_TRUE(answer.cells[2].figures.empty());
  EXPECT_EQ(answer.wanted, 7U);
}

TEST(SweepFold, ACellFarBehindAnotherInTwoRoundsIsGivenUp) {
  std::vector<StoredRun> runs = buffer_runs();
  std::erase_if(runs, [](const StoredRun& run) {
    return run.record.cell.at("buffer") == "4KiB";
  });
  runs.push_back(swept_run({{"buffer", "4KiB"}}, 100, 5'000'000, 0));
  EXPECT_EQ(folded(runs).cells[2].given_up, "");
  runs.push_back(swept_run({{"buffer", "4KiB"}}, 100, 5'000'000, 1));
  EXPECT_THAT(folded(runs).cells[2].given_up, HasSubstr("another cell"));
}

// The baseline is what all others are compared with.
TEST(SweepFold, TheBaselineIsNotGivenUpForBeingSlow) {
  std::vector<StoredRun> runs = buffer_runs();
  std::erase_if(runs, [](const StoredRun& run) {
    return run.record.cell.at("buffer") == "1MiB";
  });
  for (const std::uint32_t round : {0U, 1U})
    runs.push_back(swept_run({{"buffer", "1MiB"}}, 100, 5'000'000, round));
  EXPECT_EQ(folded(runs).cells[0].given_up, "");
  EXPECT_EQ(folded(runs).wanted, 9U);
}

TEST(SweepFold, EffectsAreRatiosOverAllPairs) {
  SweepSpec spec = buffer_spec();
  spec.factors.push_back({"malloc", {"a", "b"}, {}});
  spec.baseline["malloc"] = "a";
  std::vector<CellLevels> cells;
  std::vector<StoredRun> runs;
  for (const auto& [buffer, bytes] :
       {std::pair{"1MiB", 1e6}, std::pair{"64KiB", 1e5}})
    for (const auto& [malloc, factor] :
         {std::pair{"a", 1.0}, std::pair{"b", 2.0}}) {
      cells.push_back({{"buffer", buffer}, {"malloc", malloc}});
      runs.push_back(swept_run(cells.back(), 1000, bytes * factor));
    }
  const SweepAnswer answer = fold_sweep(spec, cells, runs);
  ASSERT_THAT(answer.effects, SizeIs(2));  // 64KiB, b; 4KiB was not run
  EXPECT_EQ(answer.effects[0].level, "64KiB");
  EXPECT_NEAR(answer.effects[0].ratios.at(SweepFigure::kOpenHeap), 0.1, 1e-3);
  EXPECT_EQ(answer.effects[1].level, "b");
  EXPECT_EQ(answer.effects[1].pairs, 2U);
  EXPECT_NEAR(answer.effects[1].ratios.at(SweepFigure::kOpenHeap), 2, 1e-3);
}

TEST(SweepFold, CyclesTooShortToMeasureSpeedAreTold) {
  std::vector<StoredRun> runs = buffer_runs();
  for (StoredRun& run : runs)
    for (CycleFacts& facts : run.record.cycles)
      facts.pace.playing = std::chrono::milliseconds(1);
  EXPECT_THAT(folded(runs).notes, ::testing::Contains(HasSubstr("send.count")));
}

TEST(SweepFold, NothingRunIsNothingTold) {
  const SweepAnswer answer = folded({});
  EXPECT_TRUE(answer.knees.empty());
  EXPECT_FALSE(answer.best);
  EXPECT_EQ(answer.runs, 0U);
  EXPECT_EQ(answer.wanted, 9U);
}

}  // namespace
}  // namespace tidemark
