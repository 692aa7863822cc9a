// Every live block of a process by address, from the agent's table.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "harness/runtimes/native/memory_map.h"
#include "harness/runtimes/native/segment_reader.h"
#include "tidemark/heap_snapshot.h"
#include "tidemark/retention.h"

namespace tidemark {

struct BlockTable {
  std::vector<LiveBlock> heap;         // the allocator's, by address
  std::vector<LiveBlock> mapped;       // mapped by the service, by address
  std::vector<MemoryRange> allocator;  // mapped by its allocator
  // Mapped on the agent's thread: an allocator's arena for it.
  std::vector<MemoryRange> agent;

  bool operator==(const BlockTable&) const = default;
};

// What the segment's numbers for sites are called in the run.
struct SiteNumbers {
  std::function<SiteId(std::uint64_t number, Bytes size, MemoryKind kind)> of;
  std::function<bool(SiteId)> is_allocators;
};

// The agent's own blocks are left out. Not an exact cut if the service
// allocates or frees meanwhile.
BlockTable read_block_table(const SegmentReader& segment,
                            const SiteNumbers& sites);

// Those of `after` that `before` has in the same way: what was alive all the
// time between the two. REQUIRES: both by address.
std::vector<LiveBlock> alive_throughout(const std::vector<LiveBlock>& before,
                                        std::vector<LiveBlock> after);

// By address, none overlapping. A mapping with blocks in it is left out: it
// is their allocator's. REQUIRES: both by address.
std::vector<LiveBlock> merged(std::vector<LiveBlock> heap,
                              const std::vector<LiveBlock>& mapped);

// Whether a heap block starts in the range. REQUIRES: by address.
bool holds_heap_block(std::span<const LiveBlock> heap, MemoryRange range);

// Empty if the sum of its numbers is beyond the end of all addresses.
MemoryRange range_of(const LiveBlock& block);

}  // namespace tidemark
