#include "harness/sweep/effects.h"

#include <array>
#include <cmath>
#include <utility>

#include "harness/sweep/cells.h"

namespace tidemark {
namespace {

constexpr std::array kTold{
    SweepFigure::kOpenHeap,   SweepFigure::kOpenPss,     SweepFigure::kPeakRss,
    SweepFigure::kThroughput, SweepFigure::kReplyMedian, SweepFigure::kReplyP99,
    SweepFigure::kCpu,        SweepFigure::kAllocations,
};

SweepEffect effect_of(const SweepFactor& factor, const std::string& level,
                      const std::string& from,
                      const std::vector<SweepCell>& cells) {
  SweepEffect effect{factor.name, level, {}, 0};
  std::map<SweepFigure, std::pair<double, int>> sums;
  for (const SweepCell& cell : cells) {
    if (cell.levels.at(factor.name) != level) continue;
    CellLevels levels = cell.levels;
    levels[factor.name] = from;
    const SweepCell* other = cell_at(cells, levels);
    if (other == nullptr) continue;
    bool counted = false;
    for (const SweepFigure figure : kTold) {
      const auto before = median_at(*other, figure);
      const auto after = median_at(cell, figure);
      if (!before || !after || *before <= 0 || *after <= 0) continue;
      auto& [sum, pairs] = sums[figure];
      sum += std::log(*after / *before);
      ++pairs;
      counted = true;
    }
    effect.pairs += counted ? 1 : 0;
  }
  for (const auto& [figure, sum] : sums)
    effect.ratios[figure] = std::exp(sum.first / sum.second);
  return effect;
}

}  // namespace

std::vector<SweepEffect> find_effects(const SweepSpec& spec,
                                      const std::vector<SweepCell>& cells) {
  std::vector<SweepEffect> effects;
  for (const SweepFactor& factor : spec.factors) {
    const std::string& from = spec.baseline.at(factor.name);
    for (const std::string& level : factor.levels) {
      if (level == from) continue;
      SweepEffect effect = effect_of(factor, level, from, cells);
      if (effect.pairs > 0) effects.push_back(std::move(effect));
    }
  }
  return effects;
}

}  // namespace tidemark
