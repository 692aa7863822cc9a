#include "harness/sweep/hopeless.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/sweep/cells.h"

namespace tidemark {
namespace {

constexpr double kMostFail = 0.5;   // of all requests
constexpr double kFarBehind = 2.0;  // in memory and in throughput

}  // namespace

std::string why_hopeless(const std::vector<SweepCell>& cells,
                         const SweepCell& cell, const CellLevels& baseline) {
  for (const SweepRun& run : cell.runs)
    if (run.outcome == Outcome::kError)
      return fmt::format("a run failed: {}", run.reason);
  if (const auto errors = median_at(cell, SweepFigure::kErrors);
      errors && *errors > kMostFail)
    return fmt::format("{:.0f} % of its requests failed", *errors * 100);
  if (cell.levels == baseline) return {};
  const SweepFigure memory = memory_figure(cells);
  const auto bytes = median_at(cell, memory);
  const auto speed = median_at(cell, SweepFigure::kThroughput);
  if (!bytes || !speed) return {};
  const auto far_ahead = [&](const SweepCell& other) {
    const auto less = median_at(other, memory);
    const auto faster = median_at(other, SweepFigure::kThroughput);
    return less && faster && *less > 0 &&
           *less * kFarBehind<*bytes&& * faster> * speed * kFarBehind;
  };
  if (std::any_of(cells.begin(), cells.end(), far_ahead))
    return "another cell takes less than half of its memory and answers more "
           "than twice as much";
  return {};
}

}  // namespace tidemark
