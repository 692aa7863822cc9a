#include <fmt/format.h>

#include <cstdio>

#include "harness/cli/commands.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/load_wiring.h"
#include "harness/scenario/load.h"
#include "harness/scenario/suppressions.h"

namespace tidemark {

int cmd_validate(const std::vector<std::string>& files) {
  int code = kExitPass;
  for (const std::string& path : files) {
    Result<Scenario> scenario = load_scenario_file(path, load_words());
    Status checked;
    if (!scenario) {
      checked = fail(scenario.error());
    } else if (!scenario->suppressions.empty()) {
      const auto rules = load_suppression_file(scenario->suppressions);
      if (!rules) checked = fail(rules.error());
    }
    if (checked) {
      fmt::print("{}: ok\n", path);
      continue;
    }
    fmt::print(stderr, "{}\n", checked.error().message);
    if (!checked.error().hint.empty())
      fmt::print(stderr, "  {}\n", checked.error().hint);
    code = worse(code, exit_code(checked.error().kind));
  }
  return code;
}

}  // namespace tidemark
