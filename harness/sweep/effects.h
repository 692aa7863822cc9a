// What each setting does, whatever the others are. Pure.
#pragma once

#include <vector>

#include "tidemark/sweep.h"

namespace tidemark {

// For each level but the baseline's: the geometric mean, over all pairs of
// cells that differ in this factor alone, of the level's figure divided by the
// baseline level's. Figures that are not above zero in a pair leave it out.
std::vector<SweepEffect> find_effects(const SweepSpec& spec,
                                      const std::vector<SweepCell>& cells);

}  // namespace tidemark
