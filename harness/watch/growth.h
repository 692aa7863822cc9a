// What a watched service has more of than when the watch began, as findings.
// Pure.
#pragma once

#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/verdict.h"

namespace tidemark {

inline constexpr std::size_t kGrowthsShown = 5;

// A place that has more in one snapshot than in an earlier one. Blocks of one
// caller are one place, whatever their size; of those with whole stacks, one
// for each six innermost frames.
struct GrownPlace {
  Bytes more;  // in all
  // Of those born after the earlier one:
  Bytes bytes;
  Count objects;
  std::vector<SiteShare> sites;  // most bytes first, never empty
  std::vector<FindingRing> rings;
};

// Most bytes first. Blocks of births > first.taken_in that `first` has already
// (an earlier watch counted the same numbers) are not new.
std::vector<GrownPlace> grown_places(const HeapSnapshot& first,
                                     const HeapSnapshot& last);

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
