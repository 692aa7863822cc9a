// Every pointer of a frozen heap, found in one pass over its memory.
#pragma once

#include <vector>

#include "harness/retention/block_index.h"
#include "harness/retention/edges.h"
#include "tidemark/retention.h"

namespace tidemark {

// A word of a root that points to a block.
struct RootEdge {
  std::uint64_t word = 0;  // its address
  BlockNumber block = 0;
  std::uint32_t range = 0;  // index into FrozenHeap::roots()

  bool operator==(const RootEdge&) const = default;
};

struct Graph {
  Edges edges;
  std::vector<RootEdge> roots;  // in the order of FrozenHeap::roots()
};

// Each aligned word of the requested bytes of each block, and of each root. A
// word of both is the root's alone if that is a thread's: the stack of a thread
// that is told where to have it is no content of a block. Memory that cannot be
// read holds nothing. kEnvironment: more pointers than Edges::kMost.
Result<Graph> read_graph(const FrozenHeap& heap, const BlockIndex& index);

}  // namespace tidemark
