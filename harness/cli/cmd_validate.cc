#include <fmt/format.h>

#include <cstdio>

#include "harness/cli/commands.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/load_wiring.h"
#include "harness/scenario/load.h"

namespace tidemark {

int cmd_validate(const std::vector<std::string>& files) {
  int code = kExitPass;
  for (const std::string& path : files) {
    Result<Scenario> scenario = load_scenario_file(path, load_words());
    if (scenario) {
      fmt::print("{}: ok\n", path);
      continue;
    }
    fmt::print(stderr, "{}\n", scenario.error().message);
    if (!scenario.error().hint.empty())
      fmt::print(stderr, "  {}\n", scenario.error().hint);
    code = worse(code, exit_code(scenario.error().kind));
  }
  return code;
}

}  // namespace tidemark
