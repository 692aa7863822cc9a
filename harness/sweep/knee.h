// How small a setting may be. Pure.
#pragma once

#include <vector>

#include "tidemark/sweep.h"

namespace tidemark {

// What each cell loses against the baseline: sets both losses and `standing`.
// Runs of the same round are compared, so that what makes a machine faster or
// slower for minutes falls out. With d the logarithm of a cell's figure over
// the baseline's in a round, n rounds, s the standard deviation of d within
// cells, pooled over all cells, and t that of Student at 99 %:
//   1 − exp(mean(d) ± t·s/√n)
// around 1 − exp(median(d)); of times, of −d, so that a reply that takes twice
// as long loses a half. The k cells share the baseline's runs: of their degrees
// of freedom 4/(k + 3) count (Satterthwaite, if all scatter alike). Some do
// not: from four rounds on s and t are the cell's own, with n − 1, if that is
// wider. Where no cell has two rounds there is no interval: low and high are
// the value, and decide if no more rounds may be made; else all is in doubt. A
// sweep that goes on while it is in doubt looks more than once: of levels that
// lose exactly what is allowed, 2 in 100 are called within or beyond it
// (simulated: 7 cells, 3 to 12 rounds, all scattering by 5 %), and 5 in 100
// where the baseline alone scatters.
void measure_losses(const SweepSpec& spec, std::vector<SweepCell>& cells);

// For each factor of numbers or sizes: from the baseline's level downwards, all
// other factors as in the baseline, the last level that keeps what the baseline
// gives before the first that loses more. Nothing for a factor with no smaller
// level than the baseline's, or whose cells were not measured.
std::vector<SweepKnee> find_knees(const SweepSpec& spec,
                                  const std::vector<SweepCell>& cells);

}  // namespace tidemark
