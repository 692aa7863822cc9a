// Everything a stress run found, as one value: its reports are made from this
// alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tidemark/driver.h"
#include "tidemark/result.h"
#include "tidemark/standin.h"
#include "tidemark/stress.h"
#include "tidemark/units.h"

namespace tidemark {

inline constexpr int kStressRecordVersion = 1;

enum class StressOutcome { kPass, kFailed, kInvalid, kError };

struct StressFlowRecord {
  std::string name;  // may be empty if it is the only one
  std::string url;
  std::string executor;  // as scenarios write it
  // Of arrivals: beyond these, iterations were dropped. Executors of
  // connections drop those that still wait for one at the end.
  std::optional<Count> max_connections;
  LoadCounts connections;
};

// The driver's own state: whether it was able to do what was asked of it.
struct DriverHealth {
  bool scheduled = false;  // by rate: iterations had a time to begin at
  double cpu = 0;          // share of a core, of the busiest flow's thread
  double cpu_most = 0;     // in its busiest second
  Duration lag_p99{};      // how late it began what was due
};

struct StandInSummary {
  std::string name;
  StandInCounts counts;
};

struct StressRecord {
  int version = kStressRecordVersion;
  std::string tidemark_version;
  std::string scenario_path;
  std::string scenario_name;
  std::string started_at;  // UTC, ISO 8601
  std::string audit;       // see RunRecord
  Duration took{};
  std::vector<StressFlowRecord> flows;
  MetricTable metrics;
  std::vector<ThresholdResult> thresholds;
  bool aborted = false;  // a threshold with abortOnFail ended it early
  DriverHealth health;
  std::vector<StandInSummary> standins;
  StressOutcome outcome = StressOutcome::kError;
  std::string reason;  // one sentence
  std::optional<Error> error;
};

constexpr const char* to_word(StressOutcome outcome) {
  switch (outcome) {
    case StressOutcome::kPass:
      return "pass";
    case StressOutcome::kFailed:
      return "failed";
    case StressOutcome::kInvalid:
      return "invalid";
    case StressOutcome::kError:
      break;
  }
  return "error";
}

}  // namespace tidemark
