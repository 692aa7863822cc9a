// What a simulated service keeps for a while after a connection is gone.
#pragma once

#include <functional>
#include <optional>

#include "tests/support/sim/sim_service.h"

namespace tidemark {

// One block at `place` for each connection, freed after as many seconds as
// `life` draws for it; where it draws none, never. `service` must outlive it.
SimHabit kept_for(SimService& service, SimHeap::Place place,
                  std::function<std::optional<double>(SimRandom&)> life);

}  // namespace tidemark
