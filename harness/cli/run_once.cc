#include "harness/cli/run_once.h"

#include <filesystem>
#include <iterator>
#include <utility>

#include "harness/base/safe_file_name.h"
#include "harness/cli/destinations.h"
#include "harness/cli/preflight.h"
#include "harness/cli/prepare.h"
#include "harness/cli/progress.h"
#include "harness/cli/version.h"
#include "harness/cli/wiring.h"
#include "harness/run/runner.h"
#include "harness/scenario/load.h"
#include "harness/scenario/suppressions.h"

namespace tidemark {
namespace {

Result<std::string> record_path(const RunOnce& how, const std::string& name) {
  if (how.record_folder.empty()) return std::string();
  TIDEMARK_TRY(
      make_folder(how.record_folder, "--records, or none with --records ''"));
  const std::string& file = how.record_name.empty() ? name : how.record_name;
  return (std::filesystem::path(how.record_folder) /
          (safe_file_name(file) + ".json"))
      .string();
}

// The scenario's and the command line's, in this order.
Result<std::vector<SuppressionRule>> read_suppressions(const Scenario& scenario,
                                                       const RunOnce& how) {
  std::vector<std::string> paths;
  if (!scenario.suppressions.empty()) paths.push_back(scenario.suppressions);
  paths.insert(paths.end(), how.suppressions.begin(), how.suppressions.end());
  std::vector<SuppressionRule> all;
  for (const std::string& path : paths) {
    Result<std::vector<SuppressionRule>> rules = load_suppression_file(path);
    TIDEMARK_TRY(rules);
    all.insert(all.end(), std::make_move_iterator(rules->begin()),
               std::make_move_iterator(rules->end()));
  }
  all.insert(all.end(), how.known.begin(), how.known.end());
  return all;
}

}  // namespace

Result<Scenario> check_scenario(const std::string& path, const RunOnce& how) {
  Result<ReadScenario> read =
      read_scenario(path, how.policy, how.pid, how.cell);
  TIDEMARK_TRY(read);
  TIDEMARK_TRY(require_service(read->scenario));
  TIDEMARK_TRY(read_suppressions(read->scenario, how));
  TIDEMARK_TRY(preflight(read->scenario, false));
  return std::move(read->scenario);
}

Result<RunOnceResult> run_once(const std::string& path, const RunOnce& how,
                               Clock& clock, Cancellation& cancellation) {
  Result<Prepared> prepared =
      prepare_scenario(path, how.policy, false, how.pid, how.cell);
  TIDEMARK_TRY(prepared);
  Scenario& scenario = prepared->scenario;
  TIDEMARK_TRY(require_service(scenario));
  Result<std::vector<SuppressionRule>> suppressions =
      read_suppressions(scenario, how);
  TIDEMARK_TRY(suppressions);
  prepared->secret.target.show_output |= how.show_output;
  Result<World> world =
      make_world(prepared->secret, prepared->leave, clock, cancellation);
  TIDEMARK_TRY(world);
  Result<std::string> kept_at = record_path(how, scenario.name);
  TIDEMARK_TRY(kept_at);
  RunOnceResult result;
  RunRecord& record = result.record;
  result.kept_at = *kept_at;
  record.tidemark_version = kVersionText;
  record.started_at = utc_now();
  record.audit = world->audit;
  record.scenario_digest = prepared->leave.digest;
  record.cell = prepared->scenario.cell;
  RunObserver observer(how.title.empty() ? scenario.name : how.title, *kept_at,
                       progress_mode(how.quiet), clock);
  run_scenario(
      scenario,
      {*world->target, world->heap.get(), *world->kernel, *world->driver, clock,
       cancellation, observer, prepared->borrowed_standins(),
       *std::move(suppressions), how.forecast},
      record);
  return result;
}

}  // namespace tidemark
