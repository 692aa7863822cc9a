// How long a connection waits between two steps of its flow.
#pragma once

#include "drivers/common/random.h"
#include "tidemark/scenario.h"

namespace tidemark {

// Never negative. Constant: the mean; uniform: from min to max, both ends
// included; exponential: about the mean, and never more than ten times it, so
// that one draw cannot hold up the end of a cycle.
Duration draw_think(const ThinkTime& think, Random& random);

}  // namespace tidemark
