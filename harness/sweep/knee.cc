#include "harness/sweep/knee.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "harness/compare/scatter.h"
#include "harness/sweep/cells.h"

namespace tidemark {
namespace {

double mean_log(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += std::log(value);
  return sum / static_cast<double>(values.size());
}

// How far runs of the same cell are apart, all cells together.
struct Scatter {
  double deviation = 0;  // of the logarithms
  int freedom = 0;
};

Scatter scatter_of(const std::vector<SweepCell>& cells, SweepFigure figure) {
  Scatter scatter;
  double squares = 0;
  for (const SweepCell& cell : cells) {
    const auto found = cell.figures.find(figure);
    if (found == cell.figures.end()) continue;
    const std::vector<double>& runs = found->second.runs;
    const double mean = mean_log(runs);
    for (const double run : runs)
      squares += (std::log(run) - mean) * (std::log(run) - mean);
    scatter.freedom += static_cast<int>(runs.size()) - 1;
  }
  if (scatter.freedom > 0)
    scatter.deviation = std::sqrt(squares / scatter.freedom);
  return scatter;
}

// `sign`: 1 for what is better the more it is, -1 for times.
std::optional<Estimate> loss_of(const SweepCell& baseline,
                                const SweepCell& cell, SweepFigure figure,
                                double sign, const Scatter& scatter) {
  const auto from = baseline.figures.find(figure);
  const auto to = cell.figures.find(figure);
  if (from == baseline.figures.end() || to == cell.figures.end())
    return std::nullopt;
  const std::vector<double>& before = from->second.runs;
  const std::vector<double>& after = to->second.runs;
  const double value = 1 - std::pow(median_of(after) / median_of(before), sign);
  if (scatter.freedom < 1) return Estimate{value, value, value};
  const double gain = sign * (mean_log(after) - mean_log(before));
  const double half = student_t99(scatter.freedom) * scatter.deviation *
                      std::sqrt(1 / static_cast<double>(before.size()) +
                                1 / static_cast<double>(after.size()));
  return Estimate{value, std::min(value, 1 - std::exp(gain + half)),
                  std::max(value, 1 - std::exp(gain - half))};
}

// The larger of the two losses; absent: none was measured.
std::optional<Estimate> worst_loss(const SweepCell& cell) {
  const auto& a = cell.throughput_loss;
  const auto& b = cell.reply_loss;
  if (!a || !b) return a ? a : b;
  return a->value >= b->value ? a : b;
}

struct Step {
  double value = 0;
  std::string level;
  const SweepCell* cell = nullptr;  // null: left out, or not run
};

// The levels of `factor`, the baseline's first and smaller ones after it.
std::vector<Step> downwards(const SweepSpec& spec, const SweepFactor& factor,
                            const std::vector<SweepCell>& cells) {
  std::vector<Step> steps;
  CellLevels levels = spec.baseline;
  for (std::size_t i = 0; i < factor.levels.size(); ++i) {
    levels[factor.name] = factor.levels[i];
    steps.push_back(
        {factor.values[i], factor.levels[i], cell_at(cells, levels)});
  }
  std::sort(steps.begin(), steps.end(),
            [](const Step& a, const Step& b) { return a.value > b.value; });
  const std::string& start = spec.baseline.at(factor.name);
  const auto first =
      std::find_if(steps.begin(), steps.end(),
                   [&start](const Step& step) { return step.level == start; });
  steps.erase(steps.begin(), first);
  std::erase_if(steps, [](const Step& step) {
    return step.cell == nullptr || !worst_loss(*step.cell);
  });
  return steps;
}

std::optional<SweepKnee> knee_of(const SweepSpec& spec,
                                 const SweepFactor& factor,
                                 const std::vector<SweepCell>& cells) {
  if (factor.values.empty()) return std::nullopt;
  const std::vector<Step> steps = downwards(spec, factor, cells);
  if (steps.size() < 2 || steps[0].level != spec.baseline.at(factor.name))
    return std::nullopt;
  std::size_t at = 0;
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (!steps[i].cell->loses)
      at = i;
    else if (worst_loss(*steps[i].cell)->low > 0)
      break;  // beyond doubt
  }
  const SweepFigure memory = memory_figure(cells);
  SweepKnee knee;
  knee.factor = factor.name;
  knee.level = steps[at].level;
  knee.from = steps[0].level;
  knee.bytes = median_at(*steps[at].cell, memory).value_or(0);
  knee.bytes_from = median_at(*steps[0].cell, memory).value_or(0);
  knee.loss = *worst_loss(*steps[at].cell);
  knee.certain = at == 0 || knee.loss.high <= spec.max_loss;
  knee.smallest = at + 1 == steps.size();
  if (knee.smallest) return knee;
  knee.below = steps[at + 1].level;
  knee.below_loss = *worst_loss(*steps[at + 1].cell);
  return knee;
}

}  // namespace

void measure_losses(const CellLevels& baseline, double max_loss,
                    std::vector<SweepCell>& cells) {
  const SweepCell* from = cell_at(cells, baseline);
  if (from == nullptr) return;
  const Scatter throughput = scatter_of(cells, SweepFigure::kThroughput);
  const Scatter reply = scatter_of(cells, SweepFigure::kReplyMedian);
  for (SweepCell& cell : cells) {
    cell.throughput_loss =
        loss_of(*from, cell, SweepFigure::kThroughput, 1, throughput);
    cell.reply_loss =
        loss_of(*from, cell, SweepFigure::kReplyMedian, -1, reply);
    const std::optional<Estimate> loss = worst_loss(cell);
    cell.loses = loss && loss->value > max_loss;
  }
}

std::vector<SweepKnee> find_knees(const SweepSpec& spec,
                                  const std::vector<SweepCell>& cells) {
  std::vector<SweepKnee> knees;
  for (const SweepFactor& factor : spec.factors)
    if (std::optional<SweepKnee> knee = knee_of(spec, factor, cells))
      knees.push_back(*std::move(knee));
  return knees;
}

}  // namespace tidemark
