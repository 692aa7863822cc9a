// Small questions about cells that several parts of the fold ask. Pure.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "tidemark/sweep.h"

namespace tidemark {

// The median of values of which some may be zero or less; of two in the middle,
// their mean. REQUIRES: not empty.
inline double middle_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

// Logarithms of `one` over `from`, of the rounds that both have; none of a
// figure that is not above zero.
inline std::vector<double> paired_logs(const SweepCell& from,
                                       const SweepCell& one,
                                       SweepFigure figure) {
  std::vector<double> pairs;
  const auto below = from.figures.find(figure);
  const auto above = one.figures.find(figure);
  if (below == from.figures.end() || above == one.figures.end()) return pairs;
  const SweepValue& a = above->second;
  const SweepValue& b = below->second;
  for (std::size_t i = 0; i < a.runs.size(); ++i)
    for (std::size_t j = 0; j < b.runs.size(); ++j)
      if (a.rounds[i] == b.rounds[j] && a.runs[i] > 0 && b.runs[j] > 0)
        pairs.push_back(std::log(a.runs[i] / b.runs[j]));
  return pairs;
}

// The median of a figure; nothing if the cell has none.
inline std::optional<double> median_at(const SweepCell& cell,
                                       SweepFigure figure) {
  const auto found = cell.figures.find(figure);
  if (found == cell.figures.end()) return std::nullopt;
  return found->second.median;
}

// By which figure cells are compared when memory is meant: the heap's, where
// it is seen in all that have one.
inline SweepFigure memory_figure(const std::vector<SweepCell>& cells) {
  bool heap = false;
  bool only_pss = false;
  for (const SweepCell& cell : cells) {
    if (cell.figures.contains(SweepFigure::kOpenHeap))
      heap = true;
    else if (cell.figures.contains(SweepFigure::kOpenPss))
      only_pss = true;
  }
  return heap && !only_pss ? SweepFigure::kOpenHeap : SweepFigure::kOpenPss;
}

inline const SweepCell* cell_at(const std::vector<SweepCell>& cells,
                                const CellLevels& levels) {
  for (const SweepCell& cell : cells)
    if (cell.levels == levels) return &cell;
  return nullptr;
}

// Whether `cell` may be what a sweep advises: its runs did not fail, and its
// requests no more often than the baseline's.
inline bool can_be_answer(const std::vector<SweepCell>& cells,
                          const SweepCell& cell, const CellLevels& baseline) {
  const SweepCell* from = cell_at(cells, baseline);
  const auto allowed =
      from == nullptr ? std::nullopt : median_at(*from, SweepFigure::kErrors);
  const auto failed = median_at(cell, SweepFigure::kErrors);
  return cell.given_up.empty() &&
         failed.value_or(0) <= std::max(0.0, allowed.value_or(0));
}

}  // namespace tidemark
