// From a file to a scenario that can be carried out: its stand-ins are up,
// its ports chosen, its secrets resolved.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/cli/foreign.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"
#include "tidemark/standin.h"

namespace tidemark {

struct Prepared {
  // Ports filled in, secrets not: for records and messages.
  Scenario scenario;
  // The same with its secrets: for drivers and the service only.
  Scenario secret;
  std::vector<std::unique_ptr<StandIn>> standins;
  Leave leave;

  std::vector<StandIn*> borrowed_standins() const;
};

// `policy`: what the command line allows. `stress`: its flows' `stress` says
// how many connections there will be.
// `pid`: of a service that runs already and takes the place of the one that
// the scenario starts; 0: none.
Result<Prepared> prepare_scenario(const std::string& path,
                                  const TargetPolicy& policy, bool stress,
                                  int pid = 0);

// UTC, ISO 8601.
std::string utc_now();

}  // namespace tidemark
