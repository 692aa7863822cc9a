#include "harness/runtimes/native/block_table.h"

#include <algorithm>
#include <unordered_map>

namespace tidemark {
namespace {

CycleIndex cycle_of(std::uint64_t cell) {
  return {static_cast<std::uint32_t>(agent::cell_cycle(cell))};
}

bool by_address(const LiveBlock& a, const LiveBlock& b) {
  return a.address < b.address;
}

}  // namespace

BlockTable read_block_table(const SegmentReader& segment,
                            const SiteNumbers& sites) {
  BlockTable table;
  // Growing step by step would need twice the memory of millions of blocks.
  RawCounters counters = segment.counters();
  std::uint64_t cells =
      static_cast<std::uint64_t>(segment.occupied().value) / 8;
  if (counters.allocations > counters.frees)
    table.heap.reserve(std::min(counters.allocations - counters.frees, cells) +
                       agent::kRegionSlots);  // merged() adds mappings
  std::unordered_map<std::uint64_t, bool> agents;
  auto is_agents = [&](std::uint64_t number) {
    auto [known, fresh] = agents.try_emplace(number);
    if (fresh)
      known->second = segment.site(number).caller == agent::kAgentCaller;
    return known->second;
  };
  segment.each_block([&](const RawBlock& block) {
    std::uint64_t number = agent::cell_site(block.cell);
    if (is_agents(number)) return;
    Bytes size{static_cast<std::int64_t>(block.bytes)};
    table.heap.push_back({block.address, block.bytes,
                          sites.of(number, size, MemoryKind::kHeap),
                          cycle_of(block.cell)});
  });
  for (const RawRegion& region : segment.regions()) {
    std::uint64_t number = agent::cell_site(region.bits);
    if (is_agents(number)) {
      table.agent.push_back(range_of({region.address, region.bytes, 0, {}}));
      continue;
    }
    LiveBlock block{region.address, region.bytes,
                    sites.of(number, {}, MemoryKind::kMapping),
                    cycle_of(region.bits)};
    if (sites.is_allocators(block.site))
      table.allocator.push_back(range_of(block));
    else
      table.mapped.push_back(block);
  }
  std::sort(table.mapped.begin(), table.mapped.end(), by_address);
  return table;
}

std::vector<LiveBlock> alive_throughout(const std::vector<LiveBlock>& before,
                                        std::vector<LiveBlock> after) {
  auto known = before.begin();
  std::erase_if(after, [&](const LiveBlock& block) {
    while (known != before.end() && known->address < block.address) ++known;
    return known == before.end() || *known != block;
  });
  return after;
}

std::vector<LiveBlock> merged(std::vector<LiveBlock> heap,
                              const std::vector<LiveBlock>& mapped) {
  std::size_t first_mapped = heap.size();
  for (const LiveBlock& block : mapped)
    if (!holds_heap_block({heap.data(), first_mapped}, range_of(block)))
      heap.push_back(block);
  std::inplace_merge(heap.begin(),
                     heap.begin() + static_cast<std::ptrdiff_t>(first_mapped),
                     heap.end(), by_address);
  // The table may have been read while one block took another's place.
  auto same = [](const LiveBlock& a, const LiveBlock& b) {
    return a.address == b.address;
  };
  heap.erase(std::unique(heap.begin(), heap.end(), same), heap.end());
  for (std::size_t i = 0; i + 1 < heap.size(); ++i)
    heap[i].bytes =
        std::min(heap[i].bytes, heap[i + 1].address - heap[i].address);
  if (!heap.empty())
    heap.back().bytes = range_of(heap.back()).to - heap.back().address;
  return heap;
}

bool holds_heap_block(std::span<const LiveBlock> heap, MemoryRange range) {
  auto first = std::lower_bound(
      heap.begin(), heap.end(), range.from,
      [](const LiveBlock& b, std::uint64_t from) { return b.address < from; });
  return first != heap.end() && first->address < range.to;
}

MemoryRange range_of(const LiveBlock& block) {
  std::uint64_t end = block.address + block.bytes;
  return {block.address, std::max(end, block.address)};
}

}  // namespace tidemark
