// What a watched service has more of than when the watch began, as findings.
// Pure.
#pragma once

#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/verdict.h"

namespace tidemark {

inline constexpr std::size_t kGrowthsShown = 5;

// Places with more bytes in `last` than in `first`, most bytes first, at most
// kGrowthsShown. Blocks count that were born after the first period, that is in
// cycles > first.taken_in. Survivors of nearly every period are growth with
// time; the rest is undecided: a cache that fills, or what is in use at this
// moment. Per second, over `took`. None fails: nobody knows what was asked of
// the service.
std::vector<Finding> watched_growth(const HeapSnapshot& first,
                                    const HeapSnapshot& last,
                                    const std::vector<CycleFacts>& periods,
                                    Duration took);

}  // namespace tidemark
