// Which connection goes which way: the numbers are the plan's, the
// assignment is drawn, so that a way never coincides with an age.
#pragma once

#include <cstdint>
#include <vector>

#include "drivers/common/random.h"
#include "tidemark/driver.h"
#include "tidemark/scenario.h"

namespace tidemark {

// The connections that `plan` asks of the flow `flow`: an index into
// flow.close for each, in drawn order. Ways of the same name share its number
// by their weights. Ways of other flows are left out.
std::vector<std::uint16_t> assign_ways(const WayCounts& plan,
                                       const LoadSpec& flow, Random& random);

}  // namespace tidemark
