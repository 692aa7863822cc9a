#include <fmt/format.h>

#include <cstdio>
#include <optional>

#include "harness/cli/commands.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/load_wiring.h"
#include "harness/scenario/load.h"
#include "harness/scenario/suppressions.h"

namespace tidemark {

namespace {

// Of a file with a matrix every cell is looked at, and the baseline's is given
// back.
Result<Scenario> checked_scenario(const std::string& path) {
  const Result<std::string> text = read_scenario_text(path);
  TIDEMARK_TRY(text);
  const Result<std::optional<SweepSpec>> sweep =
      load_sweep(path, *text, load_words());
  TIDEMARK_TRY(sweep);
  LoadRules rules;
  if (*sweep) rules.cell = CellLevels{};
  return load_scenario(path, *text, load_words(), rules);
}

}  // namespace

int cmd_validate(const std::vector<std::string>& files) {
  int code = kExitPass;
  for (const std::string& path : files) {
    const Result<Scenario> scenario = checked_scenario(path);
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
