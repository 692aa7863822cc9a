// What a test that is linked with mimalloc has on its heap, block by block,
// without an agent, a second process or a restart.
//
//   const MimallocHeap before = walk_mimalloc_heap();
//   serve_one_connection();
//   const MimallocHeap after = walk_mimalloc_heap();
//   EXPECT_THAT(growth(before, after), IsEmpty());
//
// mimalloc 2 keeps a heap per thread and walks the calling thread's only:
// blocks that other threads have allocated are not seen, nor are those of
// threads that have ended. A service whose connections live in several threads
// is better hunted from outside (tidemark run).
#pragma once

#include <mimalloc.h>

#include <cstdint>
#include <vector>

#include "harness/runtimes/mimalloc/page_allocator.h"
#include "tidemark/units.h"

namespace tidemark {

struct MimallocBlock {
  std::uint64_t address = 0;
  Bytes size;  // of its size class, at least what was asked for

  bool operator==(const MimallocBlock&) const = default;
};

// Blocks of one size that lie together. A page of mimalloc's, which can be
// given back to the system when nothing lives in it.
struct MimallocArea {
  Bytes block;      // the size of each
  Count live;       // of `capacity`
  Count capacity;   // as many fit into what is committed
  Bytes committed;  // memory of the process
  Bytes reserved;   // addresses

  bool operator==(const MimallocArea&) const = default;
};

// Its own memory is not on the heap that it describes.
struct MimallocHeap {
  std::vector<MimallocBlock, PageAllocator<MimallocBlock>>
      blocks;  // by address
  std::vector<MimallocArea, PageAllocator<MimallocArea>> areas;

  Bytes live() const;
  Bytes committed() const;
};

// The heap given, or the calling thread's default one. Blocks that other
// threads have freed are collected first, and are not live. REQUIRES: the heap
// is the calling thread's.
MimallocHeap walk_mimalloc_heap(mi_heap_t* heap = nullptr);

struct MimallocGrowth {
  Bytes size;     // of the size class
  Count objects;  // more than before
  // Of the blocks that were not there before, the one with the lowest address:
  // to be looked at.
  std::uint64_t example = 0;

  Bytes bytes() const { return {size.value * objects.value}; }
  bool operator==(const MimallocGrowth&) const = default;
};

// Size classes that have more blocks than before, most bytes first. What was
// freed and allocated anew is no growth.
std::vector<MimallocGrowth> growth(const MimallocHeap& before,
                                   const MimallocHeap& after);

}  // namespace tidemark
