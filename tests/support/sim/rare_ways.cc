#include <algorithm>

#include "tests/support/sim/sim_service.h"

namespace tidemark {
namespace {

using enum CloseBehavior;

// How the clients of such a service go.
struct Mix {
  std::string name;
  std::vector<CloseBehavior> closes;
  std::vector<std::uint32_t> weights;
  int connections;
};

const SimCase& named(const std::string& name) {
  return *std::find_if(sim_cases().begin(), sim_cases().end(),
                       [&](const SimCase& of) { return of.name == name; });
}

SimCase with_mix(SimCase of, const Mix& mix) {
  of.name += ", " + mix.name;
  of.closes = mix.closes;
  of.weights = mix.weights;
  of.connections = mix.connections;
  return of;
}

SimTruth leak_per_reset(SimService& s) {
  const SimHeap::Place place =
      s.heap.place({s.with.leak_size}, kFirstOwnCaller);
  s.habits.push_back({[&s, place](const SimWave& wave) {
                        s.heap.born(place, wave.going("reset"));
                      },
                      {},
                      {}});
  return {SimTruth::Growth::kConnections, "reset close", 1, s.with.leak_size,
          false};
}

}  // namespace

const std::vector<SimCase>& rare_way_cases() {
  static const std::vector<SimCase> kCases = [] {
    const std::vector<CloseBehavior> five = {kReset, kFin, kHalfOpen, kStall,
                                             kAbortMidFrame};
    const std::vector<std::uint32_t> in_thousand = {990, 2, 2, 2, 2, 2};
    const std::vector<Mix> mixes = {
        {"5 rare ways of 40", five, in_thousand, 40},
        {"5 rare ways of 100", five, in_thousand, 100},
        {"4 rare ways of 100",
         {kReset, kFin, kHalfOpen, kStall},
         {96, 1, 1, 1, 1},
         100},
        {"3 rare ways of 50", {kReset, kFin, kHalfOpen}, {95, 2, 2, 1}, 50}};
    std::vector<SimCase> cases;
    for (const Mix& mix : mixes) {
      cases.push_back(with_mix(named("clean"), mix));
      cases.push_back(with_mix(named("busy"), mix));
      cases.push_back(
          with_mix({"per reset", "one per reset", leak_per_reset}, mix));
    }
    return cases;
  }();
  return kCases;
}

}  // namespace tidemark
