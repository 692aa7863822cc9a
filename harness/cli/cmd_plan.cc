#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/load_wiring.h"
#include "harness/run/foresight.h"
#include "harness/scenario/load.h"

namespace tidemark {

namespace {

Result<Scenario> read_plan_of(const std::string& path,
                              const std::optional<CellLevels>& cell) {
  const Result<std::string> text = read_scenario_text(path);
  TIDEMARK_TRY(text);
  LoadRules rules;
  rules.cell = cell;
  return load_scenario(path, *text, load_words(), rules);
}

}  // namespace

int cmd_plan(const PlanOptions& options) {
  int code = kExitPass;
  bool first = true;
  for (const std::string& path : options.scenarios) {
    const Result<Scenario> scenario = read_plan_of(path, options.cell);
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
