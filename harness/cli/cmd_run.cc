#include <fmt/format.h>

#include <optional>

#include "harness/cli/baseline_file.h"
#include "harness/cli/commands.h"
#include "harness/cli/destinations.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/forecast_option.h"
#include "harness/cli/output.h"
#include "harness/cli/real_world.h"
#include "harness/cli/run_once.h"
#include "harness/cli/wiring.h"
#include "harness/compare/baseline.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

// For reports that are not read by people at once.
void warn_of_rules(const RunRecord& record) {
  for (const SuppressionRecord& rule : record.suppressions)
    if (!rule.complaint.empty())
      fmt::print(
          stderr, "{}\n",
          printable(fmt::format("tidemark: warning: {} ({}) {}", rule.rule,
                                rule.subject, rule.complaint)));
}

RunOnce how_to_run(const RunOptions& options) {
  RunOnce how;
  how.pid = options.pid;
  how.record_folder = options.record_folder;
  how.show_output = options.show_output;
  how.quiet = options.quiet;
  how.suppressions = options.suppressions;
  how.policy = options.policy;
  how.cell = options.cell;
  return how;
}

Result<int> run_one(const std::string& path, const RunOptions& options,
                    const std::optional<RunRecord>& baseline, Clock& clock,
                    Cancellation& cancellation) {
  RunOnce how = how_to_run(options);
  const Result<std::optional<ForecastRecord>> forecast =
      parse_forecast(options.forecast);
  TIDEMARK_TRY(forecast);
  how.forecast = *forecast;
  if (baseline) how.known = known_rules(*baseline, options.baseline);
  const Result<RunOnceResult> run = run_once(path, how, clock, cancellation);
  TIDEMARK_TRY(run);
  const RunRecord& record = run->record;
  TIDEMARK_TRY(write_report(record, options.output));
  if (options.output.format != "terminal") warn_of_rules(record);
  if (record.error) return exit_code(record.error->kind);
  if (baseline && options.update_baseline &&
      outcome_of(record) == Outcome::kPass)
    TIDEMARK_TRY(tighten_baseline(options.baseline, *baseline, record));
  return exit_code(outcome_of(record));
}

// Wrong words and places are said before a run of half a minute, not after.
Status check_before(const RunOptions& options) {
  TIDEMARK_TRY(make_reporter(options.output.format));
  TIDEMARK_TRY(parse_forecast(options.forecast));
  if (options.update_baseline)
    TIDEMARK_TRY(check_file(options.baseline, "--baseline"));
  TIDEMARK_TRY(check_one_page(options.output, options.scenarios.size()));
  return check_outputs(options.output);
}

// What one scenario finds is not known of another, and is no longer there
// wherever the other is asked.
Status check_whose(const RunRecord& baseline, const std::string& scenario,
                   const RunOptions& options) {
  if (baseline.scenario_name == scenario) return {};
  const std::string what = printable(
      fmt::format("{} is a record of the scenario `{}`, and not of `{}`",
                  options.baseline, baseline.scenario_name, scenario));
  if (options.update_baseline)
    return fail(ErrorKind::kUsage, what,
                "--update-baseline would take out of it what this scenario "
                "does not find");
  fmt::print(stderr, "tidemark: warning: {}\n", what);
  return {};
}

// What later runs are held to; absent: no baseline was asked for.
Result<std::optional<RunRecord>> read_baseline(const RunOptions& options) {
  if (options.baseline.empty()) return std::optional<RunRecord>();
  if (options.scenarios.size() > 1)
    return fail(ErrorKind::kUsage, "--baseline is for one scenario",
                "run each scenario by itself, with its own baseline");
  Result<RunRecord> record = stored_baseline(options.baseline);
  TIDEMARK_TRY(record);
  const Result<Scenario> scenario =
      check_scenario(options.scenarios.front(), how_to_run(options));
  TIDEMARK_TRY(scenario);
  TIDEMARK_TRY(check_whose(*record, scenario->name, options));
  return std::optional<RunRecord>(*std::move(record));
}

}  // namespace

int cmd_run(const RunOptions& options) {
  const Result<std::optional<RunRecord>> baseline = read_baseline(options);
  if (!baseline) return print_error(baseline.error());
  if (const Status good = check_before(options); !good)
    return print_error(good.error());
  SignalCancellation cancellation;
  SteadyClock clock(cancellation);
  int code = kExitPass;
  for (const std::string& path : options.scenarios) {
    Result<int> one = run_one(path, options, *baseline, clock, cancellation);
    code = worse(code, one ? *one : print_error(one.error()));
    if (cancellation.requested()) return kExitInterrupted;
  }
  return code;
}

}  // namespace tidemark
