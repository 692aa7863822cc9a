#include "harness/sweep/knee.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "harness/compare/scatter.h"
#include "harness/sweep/cells.h"

namespace tidemark {
namespace {

// From so many rounds on a cell's own scatter counts, if it is the larger one.
constexpr std::size_t kOwnScatter = 4;

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) /
         static_cast<double>(values.size());
}

double squares_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum;
}

// How far the rounds of the same cell are apart, all cells together.
struct Scatter {
  double deviation = 0;
  int freedom = 0;
};

Scatter scatter_of(const SweepCell& baseline,
                   const std::vector<SweepCell>& cells, SweepFigure figure) {
  double squares = 0;
  double freedom = 0;
  double shared = 0;  // cells that share the baseline's runs
  for (const SweepCell& cell : cells) {
    if (&cell == &baseline) continue;
    const std::vector<double> pairs = paired_logs(baseline, cell, figure);
    if (pairs.size() < 2) continue;
    squares += squares_of(pairs);
    freedom += static_cast<double>(pairs.size() - 1);
    ++shared;
  }
  if (freedom == 0) return {};
  return {std::sqrt(squares / freedom),
          std::max(1, static_cast<int>(freedom * 4 / (shared + 3)))};
}

// `sign`: 1 for what is better the more it is, -1 for times.
std::optional<Estimate> loss_of(const SweepCell& baseline,
                                const SweepCell& cell, SweepFigure figure,
                                double sign, const Scatter& scatter) {
  const std::vector<double> pairs = paired_logs(baseline, cell, figure);
  if (pairs.empty()) return std::nullopt;
  const double value = 1 - std::exp(sign * middle_of(pairs));
  if (scatter.freedom < 1 || &cell == &baseline)
    return Estimate{value, value, value};
  const double gain = sign * mean_of(pairs);
  double spread = student_t99(scatter.freedom) * scatter.deviation;
  if (pairs.size() >= kOwnScatter)
    spread =
        std::max(spread, student_t99(static_cast<int>(pairs.size()) - 1) *
                             std::sqrt(squares_of(pairs) /
                                       static_cast<double>(pairs.size() - 1)));
  const double half = spread / std::sqrt(static_cast<double>(pairs.size()));
  return Estimate{value, std::min(value, 1 - std::exp(gain + half)),
                  std::max(value, 1 - std::exp(gain - half))};
}

SweepStanding standing_of(const SweepCell& cell, double max_loss) {
  SweepStanding standing = SweepStanding::kUnknown;
  for (const auto& loss : {cell.throughput_loss, cell.reply_loss}) {
    if (!loss) continue;
    if (loss->low > max_loss) return SweepStanding::kLoses;
    if (loss->high > max_loss)
      standing = SweepStanding::kDoubt;
    else if (standing == SweepStanding::kUnknown)
      standing = SweepStanding::kKeeps;
  }
  return standing;
}

// Of the two losses the one that its standing is from. REQUIRES: it is known.
Estimate worst_loss(const SweepCell& cell) {
  const auto& a = cell.throughput_loss;
  const auto& b = cell.reply_loss;
  if (!a || !b) return a ? *a : *b;
  const auto end =
      cell.standing == SweepStanding::kLoses ? &Estimate::low : &Estimate::high;
  return *a.*end >= *b.*end ? *a : *b;
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
    return step.cell == nullptr ||
           step.cell->standing == SweepStanding::kUnknown;
  });
  return steps;
}

SweepLoss loss_at(const Step& step) {
  return {step.level, worst_loss(*step.cell)};
}

std::optional<SweepKnee> knee_of(const SweepSpec& spec,
                                 const SweepFactor& factor,
                                 const std::vector<SweepCell>& cells) {
  if (factor.values.empty()) return std::nullopt;
  const std::vector<Step> steps = downwards(spec, factor, cells);
  if (steps.size() < 2 || steps[0].level != spec.baseline.at(factor.name))
    return std::nullopt;
  const SweepFigure memory = memory_figure(cells);
  SweepKnee knee;
  knee.factor = factor.name;
  knee.from = steps[0].level;
  knee.bytes_from = median_at(*steps[0].cell, memory).value_or(0);
  const Step* at = &steps[0];
  for (std::size_t i = 1; i < steps.size() && !knee.below; ++i) {
    switch (steps[i].cell->standing) {
      case SweepStanding::kKeeps:
        if (!can_be_answer(cells, *steps[i].cell, spec.baseline)) break;
        at = &steps[i];
        knee.doubtful.clear();
        break;
      case SweepStanding::kLoses:
        knee.below = loss_at(steps[i]);
        break;
      default:
        knee.doubtful.push_back(loss_at(steps[i]));
    }
  }
  knee.level = at->level;
  knee.bytes = median_at(*at->cell, memory).value_or(0);
  knee.loss = worst_loss(*at->cell);
  return knee;
}

}  // namespace

void measure_losses(const SweepSpec& spec, std::vector<SweepCell>& cells) {
  const SweepCell* from = cell_at(cells, spec.baseline);
  if (from == nullptr) return;
  const Scatter throughput = scatter_of(*from, cells, SweepFigure::kThroughput);
  const Scatter reply = scatter_of(*from, cells, SweepFigure::kReplyMedian);
  for (SweepCell& cell : cells) {
    cell.throughput_loss =
        loss_of(*from, cell, SweepFigure::kThroughput, 1, throughput);
    cell.reply_loss =
        loss_of(*from, cell, SweepFigure::kReplyMedian, -1, reply);
    cell.standing = standing_of(cell, spec.max_loss);
    // One round says nothing where more may be made.
    if (throughput.freedom == 0 && spec.repeat_most > 1 && &cell != from &&
        cell.standing != SweepStanding::kUnknown)
      cell.standing = SweepStanding::kDoubt;
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
