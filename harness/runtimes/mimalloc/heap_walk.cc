#include "harness/runtimes/mimalloc/heap_walk.h"

#include <algorithm>
#include <map>

namespace tidemark {
namespace {

std::int64_t to_signed(std::size_t value) {
  return static_cast<std::int64_t>(value);
}

// Called for each area with no block, then for each of its blocks.
bool see(const mi_heap_t*, const mi_heap_area_t* area, void* block,
         std::size_t size, void* into) {
  auto& heap = *static_cast<MimallocHeap*>(into);
  if (block) {
    heap.blocks.push_back(
        {reinterpret_cast<std::uintptr_t>(block), {to_signed(size)}});
    return true;
  }
  if (area->full_block_size == 0) return true;
  heap.areas.push_back({{to_signed(area->block_size)},
                        {to_signed(area->used)},
                        {to_signed(area->committed / area->full_block_size)},
                        {to_signed(area->committed)},
                        {to_signed(area->reserved)}});
  return true;
}

bool lower(const MimallocBlock& a, const MimallocBlock& b) {
  return a.address < b.address;
}

}  // namespace

Bytes MimallocHeap::live() const {
  Bytes sum;
  for (const MimallocBlock& block : blocks) sum += block.size;
  return sum;
}

Bytes MimallocHeap::committed() const {
  Bytes sum;
  for (const MimallocArea& area : areas) sum += area.committed;
  return sum;
}

MimallocHeap walk_mimalloc_heap(mi_heap_t* heap) {
  if (!heap) heap = mi_heap_get_default();
  mi_heap_collect(heap, false);
  MimallocHeap found;
  found.blocks.reserve(4096);  // each growth is a call to the system
  mi_heap_visit_blocks(heap, true, see, &found);
  std::sort(found.blocks.begin(), found.blocks.end(), lower);
  return found;
}

std::vector<MimallocGrowth> growth(const MimallocHeap& before,
                                   const MimallocHeap& after) {
  std::map<Bytes, MimallocGrowth> by_size;
  for (const MimallocBlock& block : before.blocks)
    by_size[block.size].objects -= Count{1};
  for (const MimallocBlock& block : after.blocks) {
    MimallocGrowth& one = by_size[block.size];
    one.objects += Count{1};
    const bool is_new = !std::binary_search(before.blocks.begin(),
                                            before.blocks.end(), block, lower);
    if (is_new && one.example == 0) one.example = block.address;
  }
  std::vector<MimallocGrowth> grown;
  for (auto& [size, one] : by_size) {
    one.size = size;
    if (one.objects.value > 0) grown.push_back(one);
  }
  std::stable_sort(grown.begin(), grown.end(),
                   [](const MimallocGrowth& a, const MimallocGrowth& b) {
                     return a.bytes() > b.bytes();
                   });
  return grown;
}

}  // namespace tidemark
