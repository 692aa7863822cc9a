// What each thread of the service keeps for the agent: where its counters
// and its small cache of sites are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tidemark/agent_protocol.h"

namespace tidemark::agent {

struct UnwindState;

struct ThreadState {
  ThreadSlot* slot;  // null until the thread's first allocation
  // The slot's; null where there is none that is the thread's alone, and
  // while what it allocates is the agent's.
  CacheEntry* cache;
  UnwindState* unwind;
  std::uint32_t internal;  // allocating for the agent itself
};

// Plain old data in static TLS: no constructor, no destructor, no call to
// reach it, usable before main and after the thread's own destructors.
extern __thread ThreadState thread_state
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

// The entry for a caller: its low bits are half of the entry's offset, so that
// one `and` finds it. Calls of one function are some 16 bytes apart.
inline CacheEntry& cached_site(CacheEntry* cache, std::uint64_t caller) {
  constexpr std::uint64_t kCallBytes = 16;
  constexpr std::uint64_t kOffsets = (kSiteCacheEntries - 1) * kCallBytes;
  return *reinterpret_cast<CacheEntry*>(
      reinterpret_cast<unsigned char*>(cache) +
      (caller & kOffsets) * (sizeof(CacheEntry) / kCallBytes));
}

// What the thread allocates from now on is the agent's, or not any more.
void set_internal(ThreadState& state, bool internal);

// The unwinder's memory of each slot's latest owner. Wiped by fork, like
// `top`: a child's threads are new.
extern UnwindState* unwind_states[kThreadSlots];

// The thread's counters, found for it at its first use.
ThreadSlot* slot_of(ThreadState& state);

// In a fork's child, which has one thread: what it knows of the parent's
// segment is void.
void forget_thread_state();

}  // namespace tidemark::agent
