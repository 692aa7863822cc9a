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
      return state;
    case ScheduleStage::kMeasure:
      ++state.cycles;
      if (++state.measured < state.planned) return state;
      state.stage = learned.may_be_lingering && spec.linger > Duration{}
                        ? ScheduleStage::kLinger
                        : ScheduleStage::kJudge;
      return state;
    case ScheduleStage::kLinger:
      state.waited += waited;
      if (!learned.may_be_lingering || state.waited >= spec.linger)
        state.stage = ScheduleStage::kJudge;
      return state;
    case ScheduleStage::kJudge:
      return state;
  }
  return state;
}

Duration next_wait(const RunState& state, const CycleSpec& spec) {
  constexpr Duration kFirst = std::chrono::milliseconds(250);
  Duration wanted =
      std::clamp<Duration>(state.waited / 2, kFirst, std::chrono::seconds(5));
  return std::min(wanted, spec.linger - state.waited);
}

}  // namespace tidemark
