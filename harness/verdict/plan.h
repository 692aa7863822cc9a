// Which cycles a run measures after its warm-up: loaded, idle, half, loaded
// again. The order keeps connections and time apart (crossover.h); the mix
// of closes differs a little from cycle to cycle, so that what each way of
// closing leaves behind can be solved for exactly (units.h).
#pragma once

#include <vector>

#include "tidemark/driver.h"
#include "tidemark/scenario.h"
#include "tidemark/verdict.h"

namespace tidemark {

struct PlannedCycle {
  CycleKind kind = CycleKind::kLoaded;
  Count connections;
  WayCounts closes;  // adds up to `connections`

  bool operator==(const PlannedCycle&) const = default;
};

// The scenario's mix of closes for so many connections: proportional to the
// weights, every behaviour at least once where there are enough.
WayCounts mix_closes(const Scenario& scenario, Count connections);

// One warm-up cycle: the full dose in the scenario's plain mix.
PlannedCycle warmup_cycle(const Scenario& scenario);

// The measured cycles in order. Never more loaded, idle and half cycles than
// the scenario's CycleSpec says.
std::vector<PlannedCycle> plan_cycles(const Scenario& scenario);

}  // namespace tidemark
