// What each thread of the service keeps for the agent: a small cache of
// sites, and its counters.
#pragma once

#include <cstddef>
#include <cstdint>

#include "harness/agent/attached.h"
#include "tidemark/agent_protocol.h"

namespace tidemark::agent {

struct UnwindState;

inline constexpr std::size_t kCacheEntries = kSiteCacheEntries;

// `key` is a caller with the stamp of the time above its 47 bits; `bits` is
// the cell of a block from there, but for its size. Callers that are zoomed
// are never in the cache.
struct CacheEntry {
  std::uint64_t key;
  std::uint64_t bits;
};

struct ThreadState {
  ThreadSlot* slot;  // null until the thread's first allocation
  UnwindState* unwind;
  std::uint32_t internal;  // allocating for the agent itself
  CacheEntry cache[kCacheEntries];
};

// Plain old data in static TLS: no constructor, no destructor, no call to
// reach it, usable before main and after the thread's own destructors.
extern __thread ThreadState thread_state
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

// The entry for a caller: its low bits are the entry's offset, so that one
// `and` finds it. Entries are 16 bytes, and so many bytes apart are the calls
// of one function.
inline CacheEntry& cached_site(ThreadState& state, std::uint64_t caller) {
  constexpr std::uint64_t kOffsets = (kCacheEntries - 1) * sizeof(CacheEntry);
  return *reinterpret_cast<CacheEntry*>(
      reinterpret_cast<unsigned char*>(state.cache) + (caller & kOffsets));
}

// The unwinder's memory of each slot's latest owner. Wiped by fork, like
// `top`: a child's threads are new.
extern UnwindState* unwind_states[kThreadSlots];

// The thread's counters, found for it at its first use.
ThreadSlot* slot_of(ThreadState& state);

// Empties the thread's cache.
void forget_sites(ThreadState& state);

// In a fork's child, which has one thread: what it knows of the parent's
// segment is void.
void forget_thread_state();

}  // namespace tidemark::agent
