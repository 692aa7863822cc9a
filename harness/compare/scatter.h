// How much a figure differs between two versions, and how much of that the
// scatter between runs of the same version explains.
#pragma once

#include <span>
#include <vector>

#include "tidemark/comparison.h"

namespace tidemark {

// Two-sided Student's t at 99.9 %, for `freedom` degrees of freedom: from a
// table, between whose rows the next smaller one counts. REQUIRES: >= 1.
double student_t999(int freedom);
// The same at 99 %.
double student_t99(int freedom);

// Ratio of medians minus one, in the interval
//   exp(mean(ln after) − mean(ln before) ± t·s·√(1/n + 1/m)) − 1
// (which is widened to hold it where one run is far off), s the pooled standard
// deviation of the logarithms within the versions and t that of n + m − 2
// degrees of freedom at 99.9 % if `strict`, else at 99 %. Without a degree of
// freedom there is no interval: low and high are the value. REQUIRES: both have
// values, all of them > 0.
Estimate relative_change(std::span<const double> before,
                         std::span<const double> after, bool strict);

// Of two in the middle, their geometric mean. REQUIRES: not empty, all > 0.
double median_of(std::vector<double> values);

}  // namespace tidemark
