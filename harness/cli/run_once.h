// One run of a scenario with everything around it: prepared, its record kept
// on disk while it grows. Whoever runs scenarios does it with this.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/matrix.h"
#include "tidemark/result.h"
#include "tidemark/run_record.h"
#include "tidemark/scenario.h"
#include "tidemark/suppression.h"
#include "tidemark/target_policy.h"

namespace tidemark {

struct RunOnce {
  int pid = 0;                // attach to this process; 0: start the service
  std::string record_folder;  // empty: no record is kept
  std::string record_name;    // of the file, without .json; empty: scenario's
  bool show_output = false;
  bool quiet = false;
  std::string title;  // before progress; empty: the scenario's name
  std::vector<std::string> suppressions;  // files, beside the scenario's own
  std::vector<SuppressionRule> known;     // and behind all of them
  std::optional<ForecastRecord> forecast;
  TargetPolicy policy;
  // Of a scenario with a matrix: see LoadRules.
  std::optional<CellLevels> cell;
};

// What it found, and where the record is (empty: nowhere). A run that failed
// has an error in its record; one that could not begin is an error itself.
struct RunOnceResult {
  RunRecord record;
  std::string kept_at;
};
Result<RunOnceResult> run_once(const std::string& path, const RunOnce& how,
                               Clock& clock, Cancellation& cancellation);

// The scenario, or what run_once would refuse before it starts anything: for
// callers who have something else to do first.
Result<Scenario> check_scenario(const std::string& path, const RunOnce& how);

}  // namespace tidemark
