// A hunt without a scenario: which experiments follow from which, until each
// finding has the smallest scenario that finds it. Pure but for `run`, which
// carries an experiment out.
#pragma once

#include <functional>
#include <string>

#include "harness/hunt/experiments.h"
#include "tidemark/hunt.h"

namespace tidemark {

// One scenario, from the start of the service to its end. `title` says to
// people what it is for.
using RunExperiment = std::function<RunRecord(const Scenario& scenario,
                                              const std::string& title)>;

struct HuntLimits {
  // All experiments together; one that has begun is not ended by it.
  Duration budget = std::chrono::minutes(15);
};

// Per protocol of the service (`subjects`):
//
//   plain      graceful connections only: what every connection leaves
//   screening  all ways, as many together as can be told apart; if the service
//              dies of it, short runs of halves find each way that kills, and
//              the rest is screened
//   follow-up  each new finding with the ways it blames alone, or with halves
//              of all of them
//   patience   all that is guilty once more, with a long idle time behind the
//              first connections: what a timeout ends is no finding
//   smallest   of what found it: no control, no messages, half as many
//              connections, each as long as it still finds it
HuntReport hunt(const std::vector<HuntSubject>& subjects,
                const HuntLimits& limits, const RunExperiment& run);

}  // namespace tidemark
