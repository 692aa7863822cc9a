// From a file to a scenario that can be carried out: its stand-ins are up,
// its ports chosen, its secrets resolved.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/foreign.h"
#include "harness/cli/template_files.h"
#include "tidemark/matrix.h"
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
  ScratchFolder files;  // of the service
  Leave leave;

  std::vector<StandIn*> borrowed_standins() const;
};

// A scenario as its file says it: nothing is started or chosen yet.
struct ReadScenario {
  Scenario scenario;
  Leave leave;
};
Result<ReadScenario> read_scenario(const std::string& path,
                                   const TargetPolicy& policy, int pid = 0,
                                   const std::optional<CellLevels>& cell = {});

// `policy`: what the command line allows. `stress`: its flows' `stress` says
// how many connections there will be.
// `cell`: see LoadRules.
// `pid`: of a service that runs already and takes the place of the one that
// the scenario starts; 0: none.
Result<Prepared> prepare_scenario(const std::string& path,
                                  const TargetPolicy& policy, bool stress,
                                  int pid = 0,
                                  const std::optional<CellLevels>& cell = {});

// The same for a scenario that was read already. `leave`: see
// harness/cli/foreign.h.
Result<Prepared> prepare_read(Scenario scenario, Leave leave, bool stress);

// UTC, ISO 8601.
std::string utc_now();

}  // namespace tidemark
