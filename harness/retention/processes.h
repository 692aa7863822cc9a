// What several processes of one service hold, as one answer.
#pragma once

#include <vector>

#include "tidemark/retention.h"

namespace tidemark {

// Ways that are alike in all processes are one: their counts are added. At
// most `most_paths` of them are left, those that hold most objects.
Retention add_up(const std::vector<Retention>& processes,
                 std::size_t most_paths);

}  // namespace tidemark
