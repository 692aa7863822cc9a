#include "harness/run/schedule.h"

#include <algorithm>

namespace tidemark {

RunState advance(RunState state, const Learned& learned, const CycleSpec& spec,
                 Duration waited) {
  switch (state.stage) {
    case ScheduleStage::kWarmup:
      ++state.cycles;
      if (state.cycles >= spec.warmup_max ||
          (state.cycles >= spec.warmup_min && learned.warm))
        state.stage =
            state.planned > 0 ? ScheduleStage::kMeasure : ScheduleStage::kJudge;
      if (learned.enough) state.stage = ScheduleStage::kJudge;
      return state;
    case ScheduleStage::kMeasure:
      ++state.cycles;
      if (++state.measured < state.planned && !learned.enough) return state;
      state.missed = std::min(learned.watch, spec.linger);
      state.wanted = std::min(state.missed, learned.left);
      state.missed -= state.wanted;
      state.stage = state.wanted > Duration{} ? ScheduleStage::kLinger
                                              : ScheduleStage::kJudge;
      return state;
    case ScheduleStage::kLinger:
      state.waited += waited;
      if (!ends_watch(state, learned, {})) return state;
      state.missed += state.wanted - state.waited;
      if (learned.watch <= Duration{}) state.missed = {};
      state.stage = ScheduleStage::kJudge;
      if (spec.planned && !learned.enough && state.measured < state.planned) {
        state.stage = ScheduleStage::kMeasure;
        state.waited = {};
        state.missed = {};
      }
      return state;
    case ScheduleStage::kJudge:
      return state;
  }
  return state;
}

bool ends_watch(const RunState& state, const Learned& learned,
                Duration waited) {
  return learned.watch <= Duration{} || learned.left <= Duration{} ||
         state.waited + waited >= state.wanted;
}

Duration next_wait(const RunState& state) {
  constexpr Duration kFirst = std::chrono::milliseconds(250);
  Duration wanted =
      std::clamp<Duration>(state.waited / 2, kFirst, std::chrono::seconds(5));
  return std::min(wanted, state.wanted - state.waited);
}

}  // namespace tidemark
