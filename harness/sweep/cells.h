// Small questions about cells that several parts of the fold ask. Pure.
#pragma once

#include <optional>
#include <vector>

#include "tidemark/sweep.h"

namespace tidemark {

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

}  // namespace tidemark
