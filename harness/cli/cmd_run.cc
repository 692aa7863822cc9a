#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <iterator>

#include "harness/cli/commands.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/output.h"
#include "harness/cli/prepare.h"
#include "harness/cli/progress.h"
#include "harness/cli/real_world.h"
#include "harness/cli/version.h"
#include "harness/cli/wiring.h"
#include "harness/report/text.h"
#include "harness/run/runner.h"
#include "harness/scenario/load.h"
#include "harness/scenario/suppressions.h"

namespace tidemark {
namespace {

// A scenario's name as a file name.
std::string file_name(const std::string& name) {
  std::string safe;
  for (char c : name)
    safe += std::isalnum(static_cast<unsigned char>(c)) || c == '-' ||
                    c == '_' || c == '.'
                ? c
                : '-';
  return safe + ".json";
}

Result<std::string> record_path(const RunOptions& options,
                                const std::string& name) {
  if (options.record_folder.empty()) return std::string();
  std::error_code error;
  std::filesystem::create_directories(options.record_folder, error);
  if (error)
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot make the folder for records, {}: {}",
                            options.record_folder, error.message()),
                "name another with --records, or none with --records ''");
  return (std::filesystem::path(options.record_folder) / file_name(name))
      .string();
}

// The scenario's and the command line's, in this order.
Result<std::vector<SuppressionRule>> read_suppressions(
    const Scenario& scenario, const RunOptions& options) {
  std::vector<std::string> paths;
  if (!scenario.suppressions.empty()) paths.push_back(scenario.suppressions);
  paths.insert(paths.end(), options.suppressions.begin(),
               options.suppressions.end());
  std::vector<SuppressionRule> all;
  for (const std::string& path : paths) {
    Result<std::vector<SuppressionRule>> rules = load_suppression_file(path);
    TIDEMARK_TRY(rules);
    all.insert(all.end(), std::make_move_iterator(rules->begin()),
               std::make_move_iterator(rules->end()));
  }
  return all;
}

// For reports that are not read by people at once.
void warn_of_rules(const RunRecord& record) {
  for (const SuppressionRecord& rule : record.suppressions)
    if (!rule.complaint.empty())
      fmt::print(
          stderr, "{}\n",
          printable(fmt::format("tidemark: warning: {} ({}) {}", rule.rule,
                                rule.subject, rule.complaint)));
}

Result<int> run_one(const std::string& path, const RunOptions& options,
                    Clock& clock, Cancellation& cancellation) {
  Result<Prepared> prepared =
      prepare_scenario(path, options.policy, false, options.pid);
  TIDEMARK_TRY(prepared);
  Scenario& scenario = prepared->scenario;
  TIDEMARK_TRY(require_service(scenario));
  Result<std::vector<SuppressionRule>> suppressions =
      read_suppressions(scenario, options);
  TIDEMARK_TRY(suppressions);
  prepared->secret.target.show_output |= options.show_output;
  Result<World> world =
      make_world(prepared->secret, prepared->leave, clock, cancellation);
  TIDEMARK_TRY(world);
  Result<std::string> kept_at = record_path(options, scenario.name);
  TIDEMARK_TRY(kept_at);
  RunRecord record;
  record.tidemark_version = kVersionText;
  record.started_at = utc_now();
  record.audit = world->audit;
  {
    RunObserver observer(scenario.name, *kept_at, progress_mode(options.quiet),
                         clock);
    run_scenario(scenario,
                 {*world->target, world->heap.get(), *world->kernel,
                  *world->driver, clock, cancellation, observer,
                  prepared->borrowed_standins(), *std::move(suppressions)},
                 record);
  }
  TIDEMARK_TRY(write_report(record, options.output));
  if (options.output.format != "terminal") warn_of_rules(record);
  if (record.error) return exit_code(record.error->kind);
  return exit_code(outcome_of(record));
}

}  // namespace

int cmd_run(const RunOptions& options) {
  // A wrong format is said before a run of half a minute, not after it.
  if (auto reporter = make_reporter(options.output.format); !reporter)
    return print_error(reporter.error());
  SignalCancellation cancellation;
  SteadyClock clock(cancellation);
  int code = kExitPass;
  for (const std::string& path : options.scenarios) {
    Result<int> one = run_one(path, options, clock, cancellation);
    code = worse(code, one ? *one : print_error(one.error()));
    if (cancellation.requested()) return kExitInterrupted;
  }
  return code;
}

}  // namespace tidemark
