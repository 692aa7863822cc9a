// When the warm-up may end, and which sites deserve whole stacks from then
// on. Both look at snapshots taken after drained, settled, purged cycles at
// the full dose.
#pragma once

#include <span>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/scenario.h"

namespace tidemark {

// snapshots[i] was taken after warm-up cycle i + 1. True when the last two
// cycles are explained: nothing grew, or each site grew by what it grew the
// cycle before. Steady growth may also be a cache that fills, so it is
// watched for two cycles more than warmup_min. Always true from warmup_max
// on.
bool warmup_done(std::span<const std::vector<Ring>> snapshots,
                 const CycleSpec& spec);

inline constexpr std::size_t kMaxSuspects = 256;

// Sites that hold survivors from more than one of the last few cycles up to
// `now` (start-up excluded), most bytes first, at most kMaxSuspects.
std::vector<SiteId> suspects(const std::vector<Ring>& snapshot, CycleIndex now);

}  // namespace tidemark
