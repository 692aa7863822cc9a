// Every pointer of a frozen heap, found in one pass over its memory.
#pragma once

#include <vector>

#include "harness/retention/block_index.h"
#include "harness/retention/edges.h"
#include "harness/retention/slack.h"
#include "tidemark/retention.h"

namespace tidemark {

// A word of a root that points to a block, but for those that point past it.
struct RootEdge {
  std::uint64_t word = 0;  // its address
  BlockNumber block = 0;
  std::uint32_t range = 0;  // index into FrozenHeap::roots()
  Pointing how = Pointing::kTo;

  bool operator==(const RootEdge&) const = default;
};

struct Graph {
  Edges edges;
  // In the order of FrozenHeap::roots(); of a mapping only the first to each
  // block of each kind of pointing.
  std::vector<RootEdge> roots;
  // Not among `edges`. By `from`, each once.
  std::vector<WeakEdge> into = {};  // Pointing::kInto
  std::vector<WeakEdge> weak = {};  // Pointing::kWeak
};

// Each aligned word of the requested bytes of each block, and of each root. A
// word of both is the root's alone if that is a thread's: the stack of a thread
// that is told where to have it is no content of a block. Memory that cannot be
// read holds nothing. kEnvironment: more pointers than Edges::kMost, or than
// search() can number.
Result<Graph> read_graph(const FrozenHeap& heap, const BlockIndex& index);

}  // namespace tidemark
