#include "harness/agent/record.h"

#include <errno.h>

#include "harness/agent/site_cache.h"

namespace tidemark::agent {
namespace {

// The chunk of an address in a process that may not have a segment yet.
Cell* chunk_slow(std::uint64_t address) {
  if (!segment_ready()) return nullptr;
  return chunk_for(address);
}

// With the site's entry if the thread has one now.
void count_birth(ThreadState& state, std::uint64_t caller, std::uint64_t bits,
                 std::size_t bytes) {
  ThreadSlot* slot = slot_of(state);
  CacheEntry* cached = bits != 0 ? entry_of(state, caller) : nullptr;
  bump(cached ? cached->allocations : slot->allocations, 1);
  bump(cached ? cached->allocated_bytes : slot->allocated_bytes, bytes);
  if (bits != 0 && !cached) tally(cell_site(bits), 1, bytes);
}

}  // namespace

void note_big_size(std::uint64_t address, std::uint64_t bytes) {
  for (std::uint64_t i = 0; i < kBigSlots; ++i) {
    BigSize& entry = segment.big[(mix(address) + i) % kBigSlots];
    std::uint64_t found = entry.address.load();
    // An entry whose block is gone is free to take: its cell is no longer
    // marked big.
    Cell* chunk = found ? chunk_of(found) : nullptr;
    bool stale =
        found != 0 && found != address &&
        (!chunk || cell_size(chunk[cell_number(found)].load()) != kBigSize);
    if (found == 0 || found == address || stale) {
      if (entry.address.compare_exchange_strong(found, address)) {
        entry.bytes.store(bytes);
        return;
      }
    }
  }
}

[[gnu::noinline]] void record_birth_slow(std::uint64_t address,
                                         std::size_t bytes,
                                         std::uint64_t caller) {
  int saved_errno = errno;
  Cell* chunk = chunk_slow(address);
  if (chunk) {
    ThreadState& state = thread_state;
    std::uint64_t bits = bits_from_cache(state, caller);
    if (!bits) bits = cell_bits_slow(state, caller, bytes);
    count_birth(state, caller, bits, bytes);
    std::uint64_t size = bytes < kBigSize ? bytes : kBigSize;
    if (size == kBigSize) note_big_size(address, bytes);
    if (bits)
      chunk[cell_number(address)].store(bits | size, std::memory_order_relaxed);
  }
  errno = saved_errno;
}

[[gnu::noinline]] void record_death_slow(std::uint64_t address) {
  int saved_errno = errno;
  // No chunk in a process that has a segment: the block was never recorded.
  if (segment_ready()) {
    if (Cell* chunk = chunk_of(address)) {
      ThreadState& state = thread_state;
      bump(slot_of(state)->frees, 1);
      chunk[cell_number(address)].store(0, std::memory_order_relaxed);
    }
  }
  errno = saved_errno;
}

std::uint64_t take_cell(void* block) {
  std::uint64_t address = reinterpret_cast<std::uint64_t>(block);
  Cell* chunk = chunk_of(address);
  if (unlikely(!chunk)) {
    int saved_errno = errno;
    chunk = segment_ready() ? chunk_of(address) : nullptr;
    errno = saved_errno;
    if (!chunk) return 0;
  }
  Cell& cell = chunk[cell_number(address)];
  std::uint64_t old = cell.load(std::memory_order_relaxed);
  cell.store(0, std::memory_order_relaxed);
  return old;
}

void put_back_cell(void* block, std::uint64_t cell) {
  std::uint64_t address = reinterpret_cast<std::uint64_t>(block);
  if (cell == 0) return;
  if (Cell* chunk = chunk_of(address))
    chunk[cell_number(address)].store(cell, std::memory_order_relaxed);
}

}  // namespace tidemark::agent
