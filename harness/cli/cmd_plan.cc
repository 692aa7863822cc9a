#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/load_wiring.h"
#include "harness/run/foresight.h"
#include "harness/scenario/load.h"

namespace tidemark {

int cmd_plan(const PlanOptions& options) {
  int code = kExitPass;
  bool first = true;
  for (const std::string& path : options.scenarios) {
    const Result<Scenario> scenario = load_scenario_file(path, load_words());
    if (!scenario) {
      code = worse(code, print_error(scenario.error()));
      continue;
    }
    fmt::print("{}{}", first ? "" : "\n", foresee(*scenario, options.rows));
    first = false;
  }
  return code;
}

}  // namespace tidemark
