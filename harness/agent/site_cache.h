// The sites that a thread allocated at lately, with the counts of births
// there; what no entry counts, or counts any more, is in the site's tally.
#pragma once

#include <cstdint>

#include "harness/agent/thread_state.h"

namespace tidemark::agent {

// The entry of the thread's cache that is of this caller now; null if none is.
// An entry's neighbour is where a second caller of the same place goes; if it
// allocates more than the first, they change places.
CacheEntry* entry_of(const ThreadState& state, std::uint64_t caller);

// The bits of a cell as cell_bits_slow() gives them; 0: they are not cached.
std::uint64_t bits_from_cache(ThreadState& state, std::uint64_t caller);

// Counts births at a site that no cache entry counts.
void tally(std::uint64_t site, std::uint64_t births, std::uint64_t bytes);

// The caller has an entry from now on: its own place, or its neighbour if
// another of this stamp has that. REQUIRES: the thread has a cache.
void put_in_cache(ThreadState& state, std::uint64_t caller, std::uint64_t stamp,
                  std::uint64_t bits);

}  // namespace tidemark::agent
