// Which cycles a run measures after its warm-up. Loaded and idle phases keep
// connections and time apart; full and half doses connections and cycles; the
// mix of closes is a code (ways_code.h), and sizes, numbers of messages and
// concurrency are a fractional factorial of the loaded cycles, folded over in
// the next block, so that what each of them leaves behind can be solved for.
#pragma once

#include <vector>

#include "tidemark/driver.h"
#include "tidemark/scenario.h"
#include "tidemark/verdict.h"

namespace tidemark {

struct PlannedCycle {
  CycleKind kind = CycleKind::kLoaded;
  Count connections;
  WayCounts closes{};        // adds up to `connections`
  CycleSettings settings{};  // levels of the scenario's factors

  bool operator==(const PlannedCycle&) const = default;
};

// The scenario's mix of closes for so many connections: proportional to the
// weights, every behaviour at least once where there are enough.
WayCounts mix_closes(const Scenario& scenario, Count connections);

// The warm-up cycle of that number, from 1: the full dose in the scenario's
// plain mix, the largest level of each factor. Of a plan the first has fewer
// connections at once, so that what follows the peak shows (peak.h).
PlannedCycle warmup_cycle(const Scenario& scenario, std::uint32_t number);

// The measured cycles in order. Planned: as many as there may be, of which a
// run does the first few, until it knows (enough.h). Else exactly the loaded,
// idle and half cycles that the scenario's CycleSpec says.
std::vector<PlannedCycle> plan_cycles(const Scenario& scenario);

}  // namespace tidemark
