// The hot path: one store when a block is born, one when it dies.
#pragma once

#include <cstddef>
#include <cstdint>

#include "harness/agent/counter.h"
#include "harness/agent/segment.h"
#include "harness/agent/sites.h"
#include "harness/agent/thread_state.h"

namespace tidemark::agent {

inline bool likely(bool b) { return __builtin_expect(b, 1); }
inline bool unlikely(bool b) { return __builtin_expect(b, 0); }

inline Cell* chunk_of(std::uint64_t address) {
  return top[(address >> kChunkShift) & (kTopEntries - 1)];
}

inline std::uint64_t cell_number(std::uint64_t address) {
  return (address >> kGranuleShift) & kCellMask;
}

// Sizes that do not fit a cell are kept beside.
void note_big_size(std::uint64_t address, std::uint64_t bytes);

// Everything that is not the common case of a birth.
void record_birth_slow(std::uint64_t address, std::size_t bytes,
                       std::uint64_t caller);
void record_death_slow(std::uint64_t address);

// REQUIRES: the block is ours, fresh from the real allocator.
inline void record_birth(void* block, std::size_t bytes, std::uint64_t caller) {
  std::uint64_t address = reinterpret_cast<std::uint64_t>(block);
  Cell* chunk = chunk_of(address);
  CacheEntry* cache = thread_state.cache;
  // The chunk first: in a fork's child it is missing, and nothing else of
  // the parent's may be written then.
  if (unlikely(!chunk || !cache))
    return record_birth_slow(address, bytes, caller);
  CacheEntry& cached = cached_site(cache, caller);
  // Bits before key: a signal handler may replace the entry in between, and
  // then the key no longer matches.
  std::uint64_t bits = cached.bits.load(std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::uint64_t key = caller | command().stamp.load(std::memory_order_relaxed);
  if (unlikely(((cached.key.load(std::memory_order_relaxed) ^ key) |
                (bytes >> 31)) != 0))
    return record_birth_slow(address, bytes, caller);
  bump(cached.allocations, 1);
  bump(cached.allocated_bytes, bytes);
  chunk[cell_number(address)].store(bits | bytes, std::memory_order_relaxed);
}

// To be called before the block goes back to the real allocator.
inline void record_death(void* block) {
  std::uint64_t address = reinterpret_cast<std::uint64_t>(block);
  Cell* chunk = chunk_of(address);
  ThreadState& state = thread_state;
  ThreadSlot* slot = state.slot;
  if (unlikely(!chunk || !slot)) return record_death_slow(address);
  bump(slot->frees, 1);
  chunk[cell_number(address)].store(0, std::memory_order_relaxed);
}

// What a block's cell holds, cleared: for realloc, which must take the block
// out before the real call and may have to put it back.
std::uint64_t take_cell(void* block);
void put_back_cell(void* block, std::uint64_t cell);

}  // namespace tidemark::agent
