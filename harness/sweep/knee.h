// How small a setting may be. Pure.
#pragma once

#include <vector>

#include "tidemark/sweep.h"

namespace tidemark {

// What each cell loses against the baseline; sets both losses and `loses`. With
// m the mean of the logarithms of a cell's runs, s their standard deviation
// within cells, pooled over all cells, and t that of Student at 99 %:
//   1 − exp(m − m₀ ± t·s·√(1/n + 1/n₀))
// around 1 − the ratio of the medians; of times, their inverse, so that a
// reply that takes twice as long loses a half. Without a cell that has two
// runs there is no interval: low and high are the value.
void measure_losses(const CellLevels& baseline, double max_loss,
                    std::vector<SweepCell>& cells);

// For each factor of numbers or sizes: from the baseline's level downwards, all
// other factors as in the baseline, the last level that loses no more than is
// allowed before the first that loses more beyond doubt. Nothing for a factor
// with no smaller level than the baseline's, or whose cells were not measured.
std::vector<SweepKnee> find_knees(const SweepSpec& spec,
                                  const std::vector<SweepCell>& cells);

}  // namespace tidemark
