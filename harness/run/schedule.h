// What a run does next, as a pure function: the runner asks after every
// cycle and performs the answer.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tidemark/scenario.h"
#include "tidemark/units.h"

namespace tidemark {

enum class ScheduleStage { kWarmup, kMeasure, kLinger, kJudge };

struct RunState {
  ScheduleStage stage = ScheduleStage::kWarmup;
  std::uint32_t cycles = 0;  // finished ones, warm-up included
  std::size_t measured = 0;  // of the planned cycles
  std::size_t planned = 0;   // how many there are
  Duration waited{};         // for late releases, so far
  Duration wanted{};         // to be waited for them, in all
  Duration missed{};         // and would be, had the run the time

  bool operator==(const RunState&) const = default;
};

// What was learned from the step just made.
struct Learned {
  bool warm = false;  // warm-up: nothing grows unexplained
  // Cycles: one more would not change the verdict, or there is no time for it.
  bool enough = false;
  // How long it is worth waiting for late releases, from now on.
  Duration watch{};
  Duration left = Duration::max();  // of the time for the run

  bool operator==(const Learned&) const = default;
};

// The state after a finished cycle or a finished wait of `waited`.
RunState advance(RunState state, const Learned& learned, const CycleSpec& spec,
                 Duration waited = {});

// Whether a watch ends after a finished wait of `waited`: nothing is awaited
// any more, or there is no time to.
bool ends_watch(const RunState& state, const Learned& learned, Duration waited);

// How long to wait before the next look for late releases: short at first,
// then longer, never past what is left.
Duration next_wait(const RunState& state);

}  // namespace tidemark
