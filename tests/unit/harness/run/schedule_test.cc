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

constexpr Duration kLinger = std::chrono::seconds(5);

// A plan of one cycle that is about to be finished.
RunState last_cycle() {
  RunState state;
  state.stage = ScheduleStage::kMeasure;
  state.cycles = 5;
  state.planned = 1;
  return state;
}

TEST(Schedule, YoungResidueIsWatchedUntilItGoesOrTheTimeIsUp) {
  CycleSpec spec;
  RunState state = advance(last_cycle(), {true, true, kLinger}, spec);
  ASSERT_EQ(state.stage, ScheduleStage::kLinger);
  Duration wait = next_wait(state);
  EXPECT_EQ(wait, std::chrono::milliseconds(250));
  RunState gone = advance(state, {true, true, {}}, spec, wait);
  EXPECT_EQ(gone.stage, ScheduleStage::kJudge);
  while (state.stage == ScheduleStage::kLinger)
    state = advance(state, {true, true, kLinger}, spec, next_wait(state));
  EXPECT_EQ(state.waited, spec.linger);
}

TEST(Schedule, NothingYoungGoesStraightToTheVerdict) {
  EXPECT_EQ(advance(last_cycle(), {true, true, {}}, {}).stage,
            ScheduleStage::kJudge);
}

TEST(Schedule, CyclesEndAsSoonAsEnoughIsKnown) {
  RunState state = last_cycle();
  state.planned = 40;
  EXPECT_EQ(advance(state, {true, false, {}}, {}).stage,
            ScheduleStage::kMeasure);
  EXPECT_EQ(advance(state, {true, true, {}}, {}).stage, ScheduleStage::kJudge);
}

TEST(Schedule, WhatLooksCertainIsWatchedOnlyUntilItIsOldEnough) {
  const Duration missing = std::chrono::milliseconds(300);
  RunState state = advance(last_cycle(), {true, true, missing}, {});
  EXPECT_EQ(state.wanted, missing);
}

TEST(Schedule, WhenTheSuspectIsReleasedAPlannedRunGoesOn) {
  RunState state = last_cycle();
  state.planned = 40;
  CycleSpec spec;
  state = advance(state, {true, true, kLinger}, spec);
  ASSERT_EQ(state.stage, ScheduleStage::kLinger);
  RunState resumed =
      advance(state, {true, false, {}}, spec, std::chrono::seconds(1));
  EXPECT_EQ(resumed.stage, ScheduleStage::kMeasure);
  EXPECT_EQ(resumed.waited, Duration{});
  spec.planned = false;  // so many cycles were wanted, and they are done
  EXPECT_EQ(
      advance(state, {true, false, {}}, spec, std::chrono::seconds(1)).stage,
      ScheduleStage::kJudge);
}

TEST(Schedule, AWarmUpThatTheTimeIsOverInIsTheEnd) {
  RunState state;
  state.planned = 40;
  EXPECT_EQ(advance(state, {false, true}, {}).stage, ScheduleStage::kJudge);
}

TEST(Schedule, AWatchEndsWithTheTimeAndTellsWhatWasMissed) {
  const Duration left = std::chrono::seconds(2);
  RunState state = advance(last_cycle(), {true, true, kLinger, left}, {});
  ASSERT_EQ(state.stage, ScheduleStage::kLinger);
  EXPECT_EQ(state.wanted, left);
  const RunState gone = advance(state, {true, true, {}, left}, {}, left / 2);
  EXPECT_EQ(gone.stage, ScheduleStage::kJudge);
  EXPECT_EQ(gone.missed, Duration{});
  // Looking took time, too.
  const RunState over = advance(state, {true, true, kLinger, {}}, {}, left / 2);
  EXPECT_EQ(over.stage, ScheduleStage::kJudge);
  EXPECT_EQ(over.missed, kLinger - left / 2);
  state = advance(state, {true, true, kLinger, left}, {}, left);
  EXPECT_EQ(state.stage, ScheduleStage::kJudge);
  EXPECT_EQ(state.missed, kLinger - left);
}

TEST(Schedule, WithoutTimeForAWatchAllOfItIsMissed) {
  const RunState state =
      advance(last_cycle(), {true, true, kLinger, Duration{}}, {});
  EXPECT_EQ(state.stage, ScheduleStage::kJudge);
  EXPECT_EQ(state.missed, kLinger);
}

}  // namespace
}  // namespace tidemark
