// A run of tidemark on a simulated service: the very runner, planner and
// judge, with a world of counts and a clock wound by hand.
#pragma once

#include <cstdint>
#include <memory>

#include "tests/support/sim/sim_service.h"
#include "tidemark/run_record.h"
#include "tidemark/scenario.h"

namespace tidemark {

struct SimResult {
  SimTruth truth;
  RunRecord record;
};

// The scenario that a person would write for such a service: default cycles,
// the case's closes.
Scenario sim_scenario(const SimCase& of, const SimParameters& with);

// How its heap is told: by births, as the agent does, or by levels, as managed
// runtimes do.
enum class SimView { kBirths, kLevels };

SimResult simulate(const SimCase& of, const SimParameters& with,
                   std::uint64_t seed, const Scenario& scenario,
                   SimView view = SimView::kBirths);

// The same service for rules that only know how to ask for cycles.
class SimSeries {
 public:
  SimSeries(const SimCase& of, const SimParameters& with, std::uint64_t seed);
  ~SimSeries();

  // So many connections come and go, time passes, everything is at rest: the
  // number of live objects at the places that the case is about; where it is
  // about none, at one of the background's.
  double play(std::int64_t connections);

  const SimTruth& truth() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemark
