// Where blocks come from: numbers for callers and for whole stacks, handed
// out without a lock in the shared segment.
#pragma once

#include <cstdint>

#include "harness/agent/thread_state.h"

namespace tidemark::agent {

// The number for a caller's return address; 0 if the table is full (counted
// in the header), which no cell refers to.
std::uint32_t site_of_caller(std::uint64_t caller, std::uint32_t flags = 0);

// The bits of a cell, but for its size, for a block of `bytes` from `caller`
// in the current cycle; takes the thread's whole stack where that is wanted.
// Fills the thread's cache where it is not. 0: not to be recorded.
std::uint64_t cell_bits_slow(ThreadState& state, std::uint64_t caller,
                             std::uint64_t bytes, std::uint32_t flags = 0);

}  // namespace tidemark::agent
