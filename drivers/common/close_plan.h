// Which connection ends in which way: the numbers are the plan's, the
// assignment is drawn, so that a behaviour never coincides with an age.
#pragma once

#include <cstdint>
#include <vector>

#include "drivers/common/random.h"
#include "tidemark/driver.h"
#include "tidemark/scenario.h"

namespace tidemark {

struct PlannedClose {
  CloseBehavior behavior = CloseBehavior::kGraceful;
  std::uint16_t code = 1000;  // graceful only

  bool operator==(const PlannedClose&) const = default;
};

// One entry for each of `connections`, in drawn order: as many of each
// behaviour as `plan` says, the rest graceful; if the plan has more, a drawn
// part of it. Codes of graceful closes are drawn from those `weights` names.
std::vector<PlannedClose> assign_closes(
    const CloseCounts& plan, Count connections,
    const std::vector<WeightedClose>& weights, Random& random);

}  // namespace tidemark
