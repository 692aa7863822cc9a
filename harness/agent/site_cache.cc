#include "harness/agent/site_cache.h"

#include "harness/agent/counter.h"
#include "harness/agent/segment.h"

namespace tidemark::agent {
namespace {

constexpr std::uint64_t kHotter = 64;  // births more, and it has the place

// The entry is to be another site's: what it counted goes to the thread and
// to the site that it was of. A signal handler that comes in between and does
// the same finds nothing left to move.
void move_counts(ThreadSlot& slot, CacheEntry& entry) {
  const std::uint64_t site = cell_site(entry.bits.load());
  bump(slot.moving, 1);
  std::atomic_thread_fence(std::memory_order_release);
  const std::uint64_t births = entry.allocations.exchange(0);
  const std::uint64_t bytes = entry.allocated_bytes.exchange(0);
  bump(slot.allocations, births);
  bump(slot.allocated_bytes, bytes);
  if (site != 0 && births != 0) tally(site, births, bytes);
  std::atomic_thread_fence(std::memory_order_release);
  bump(slot.moving, 1);
}

// Who comes first has its own place, and who allocates more should: only there
// the hot path finds it. Neither counts anything yet then, so that two that
// are alike do not change all the time.
void change_places(ThreadSlot& slot, CacheEntry& a, CacheEntry& b) {
  const std::uint64_t key_a = a.key.load(), key_b = b.key.load();
  const std::uint64_t bits_a = a.bits.load(), bits_b = b.bits.load();
  a.key.store(0, std::memory_order_relaxed);
  b.key.store(0, std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  move_counts(slot, a);
  move_counts(slot, b);
  a.bits.store(bits_b, std::memory_order_relaxed);
  b.bits.store(bits_a, std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  a.key.store(key_b, std::memory_order_relaxed);
  b.key.store(key_a, std::memory_order_relaxed);
}

CacheEntry& neighbour(CacheEntry* cache, CacheEntry& entry) {
  return cache[static_cast<std::size_t>(&entry - cache) ^ 1];
}

// Where a caller goes that has no entry: to its own place unless that is
// another's in this cycle, then beside it.
CacheEntry& place_for(ThreadState& state, std::uint64_t caller,
                      std::uint64_t stamp) {
  CacheEntry& own = cached_site(state.cache, caller);
  const std::uint64_t key = own.key.load(std::memory_order_relaxed);
  const bool taken = key >= kFirstStamp && key - stamp < kFirstStamp;
  return taken && key != (caller | stamp) ? neighbour(state.cache, own) : own;
}

}  // namespace

void tally(std::uint64_t site, std::uint64_t births, std::uint64_t bytes) {
  Tally& sum = segment.tallies[site % kSiteSlots];
  sum.allocations.fetch_add(births, std::memory_order_relaxed);
  sum.allocated_bytes.fetch_add(bytes, std::memory_order_relaxed);
}

CacheEntry* entry_of(const ThreadState& state, std::uint64_t caller) {
  if (!state.cache) return nullptr;
  const std::uint64_t key =
      caller | command().stamp.load(std::memory_order_relaxed);
  CacheEntry& own = cached_site(state.cache, caller);
  if (own.key.load(std::memory_order_relaxed) == key) return &own;
  CacheEntry& other = neighbour(state.cache, own);
  if (other.key.load(std::memory_order_relaxed) == key) return &other;
  return nullptr;
}

std::uint64_t bits_from_cache(ThreadState& state, std::uint64_t caller) {
  CacheEntry* entry = entry_of(state, caller);
  if (!entry) return 0;
  const std::uint64_t bits = entry->bits.load(std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  // A signal handler may have replaced it meanwhile.
  if (entry_of(state, caller) != entry) return 0;
  CacheEntry& own = cached_site(state.cache, caller);
  if (entry != &own &&
      entry->allocations.load() > own.allocations.load() + kHotter)
    change_places(*state.slot, own, *entry);
  return bits;
}

void put_in_cache(ThreadState& state, std::uint64_t caller, std::uint64_t stamp,
                  std::uint64_t bits) {
  CacheEntry& cached = place_for(state, caller, stamp);
  cached.key.store(0, std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (cell_site(cached.bits.load()) != cell_site(bits))
    move_counts(*state.slot, cached);
  cached.bits.store(bits, std::memory_order_relaxed);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  cached.key.store(caller | stamp, std::memory_order_relaxed);
}

}  // namespace tidemark::agent
