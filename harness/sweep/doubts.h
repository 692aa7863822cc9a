// Which cells a sweep runs again because its answer is open. Pure.
#pragma once

#include <vector>

#include "harness/sweep/order.h"
#include "tidemark/sweep.h"

namespace tidemark {

// Sets `in_question` of the cells in doubt that could be the answer: those of a
// knee's doubtful levels, and those that take less memory than the best.
// REQUIRES: the answer has all else.
void mark_doubts(SweepAnswer& answer);

// The runs that are to be made now, in the order of `order`: of the first
// spec.repeat rounds all that are not done; if none is left, of the next round
// that wants any, the baseline's and those of the cells in question, up to
// spec.repeat_most rounds. None of cells that are given up. Empty: the sweep is
// finished. `order` is sweep_order()'s.
std::vector<SweepStep> steps_to_make(const std::vector<SweepStep>& order,
                                     const SweepAnswer& so_far);

}  // namespace tidemark
