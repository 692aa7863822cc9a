// Which cells are not worth another run. Pure.
#pragma once

#include <string>
#include <vector>

#include "tidemark/sweep.h"

namespace tidemark {

// Why `cell` need not be run again, one sentence; empty: it shall be. It failed
// in a run; or most of its requests did; or another cell takes less than half
// of its memory and answers more than twice as much in the same time, in each
// of two rounds or more, so that it can be no answer. The baseline is always
// run again, unless it failed.
std::string why_hopeless(const std::vector<SweepCell>& cells,
                         const SweepCell& cell, const CellLevels& baseline);

}  // namespace tidemark
