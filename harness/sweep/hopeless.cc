#include "harness/sweep/hopeless.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "harness/sweep/cells.h"

namespace tidemark {
namespace {

constexpr double kMostFail = 0.5;   // of all requests
constexpr double kFarBehind = 2.0;  // in memory and in throughput
constexpr std::size_t kRounds = 2;

// What `one` has over `other` of a figure in each round that both have.
std::vector<double> ratios(const SweepCell& one, const SweepCell& other,
                           SweepFigure figure) {
  std::vector<double> found;
  for (const double logarithm : paired_logs(other, one, figure))
    found.push_back(std::exp(logarithm));
  return found;
}

// One round may be bad for one of them alone.
bool is_far_ahead(const SweepCell& other, const SweepCell& cell,
                  SweepFigure memory) {
  const std::vector<double> more = ratios(cell, other, memory);
  const std::vector<double> faster =
      ratios(other, cell, SweepFigure::kThroughput);
  const auto is_far = [](double ratio) { return ratio > kFarBehind; };
  return more.size() >= kRounds && faster.size() >= kRounds &&
         std::all_of(more.begin(), more.end(), is_far) &&
         std::all_of(faster.begin(), faster.end(), is_far);
}

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
  if (std::any_of(cells.begin(), cells.end(), [&](const SweepCell& other) {
        return is_far_ahead(other, cell, memory);
      }))
    return "another cell takes less than half of its memory and answers more "
           "than twice as much";
  return {};
}

}  // namespace tidemark
