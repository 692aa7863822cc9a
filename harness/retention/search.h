// The shortest way to every block from the strongest root that reaches it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/retention/graph.h"

namespace tidemark {

inline constexpr std::size_t kRootKinds = 6;

// What leads to a block: a holder's number, or kByRoot | index into
// Graph::roots, or kUnreached.
using Parent = std::uint32_t;

inline constexpr Parent kByRoot = 1u << 31;
inline constexpr Parent kUnreached = 0xffffffff;

inline bool by_root(Parent parent) {
  return (parent & kByRoot) && parent != kUnreached;
}

struct Search {
  std::vector<Parent> parents;     // of each block
  std::vector<BlockNumber> order;  // reached blocks, as they were reached
  // In `order`, of each RootKind. Mappings that only a pointer into them
  // reaches come behind, up to `sure`; the rest is reached by weak ones alone.
  std::array<std::size_t, kRootKinds> ends{};
  std::size_t sure = 0;
};

// One walk for each RootKind, strongest first, and one each for pointers into
// mappings and for weak ones; what an earlier one has reached, a later one
// leaves alone. Breadth first, but a holder that is like the one before it (of
// its site and size) is no farther away: a list is one holder, however long,
// and a stray pointer into its middle is no shorter way to its end. Blocks with
// the same holder are neighbours in `order`, those that are like it apart from
// the others. Eight bytes for each block. REQUIRES: `graph` is the heap's;
// fewer than 2^31 - 1 root edges.
Search search(const Graph& graph, const FrozenHeap& heap);

}  // namespace tidemark
