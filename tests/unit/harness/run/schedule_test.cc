#include "harness/run/schedule.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(Schedule, WarmUpEndsWhenWarmButNotBeforeTheMinimum) {
  CycleSpec spec;
  spec.warmup_min = 3;
  RunState state;
  state.planned = 2;
  state = advance(state, {true, false}, spec);
  state = advance(state, {true, false}, spec);
  EXPECT_EQ(state.stage, ScheduleStage::kWarmup);
  state = advance(state, {true, false}, spec);
  EXPECT_EQ(state.stage, ScheduleStage::kMeasure);
}

TEST(Schedule, WarmUpEndsAtTheCapThoughNothingIsWarm) {
  CycleSpec spec;
  RunState state;
  state.planned = 1;
  for (std::uint32_t i = 0; i < spec.warmup_max; ++i) {
    EXPECT_EQ(state.stage, ScheduleStage::kWarmup);
    state = advance(state, {}, spec);
  }
  EXPECT_EQ(state.stage, ScheduleStage::kMeasure);
}

TEST(Schedule, YoungResidueIsWatchedUntilItGoesOrTheTimeIsUp) {
  CycleSpec spec;
  RunState state{ScheduleStage::kMeasure, 5, 0, 1, {}};
  state = advance(state, {true, true}, spec);
  ASSERT_EQ(state.stage, ScheduleStage::kLinger);
  Duration wait = next_wait(state, spec);
  EXPECT_EQ(wait, std::chrono::milliseconds(250));
  RunState gone = advance(state, {true, false}, spec, wait);
  EXPECT_EQ(gone.stage, ScheduleStage::kJudge);
  while (state.stage == ScheduleStage::kLinger)
    state = advance(state, {true, true}, spec, next_wait(state, spec));
  EXPECT_EQ(state.waited, spec.linger);
}

TEST(Schedule, NothingYoungGoesStraightToTheVerdict) {
  RunState state{ScheduleStage::kMeasure, 5, 0, 1, {}};
  EXPECT_EQ(advance(state, {true, false}, {}).stage, ScheduleStage::kJudge);
}

}  // namespace
}  // namespace tidemark
