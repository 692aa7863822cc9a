#include "harness/retention/search.h"

#include "harness/retention/flood.h"

namespace tidemark {

Search search(const Graph& graph, std::span<const RootRange> roots) {
  Search found;
  found.parents.assign(graph.edges.blocks(), kUnreached);
  found.order.reserve(graph.edges.blocks());
  std::uint32_t edge = 0;
  for (std::size_t kind = 0; kind < kRootKinds; ++kind) {
    const std::size_t start = found.order.size();
    for (; edge < graph.roots.size(); ++edge) {
      const RootEdge& root = graph.roots[edge];
      if (static_cast<std::size_t>(roots[root.range].kind) > kind) break;
      if (found.parents[root.block] != kUnreached) continue;
      found.parents[root.block] = kByRoot | edge;
      found.order.push_back(root.block);
    }
    flood(
        graph.edges, found.order, start,
        [&](BlockNumber block) { __builtin_prefetch(&found.parents[block]); },
        [&](BlockNumber block, BlockNumber holder) {
          if (found.parents[block] != kUnreached) return false;
          found.parents[block] = holder;
          return true;
        });
    found.ends[kind] = found.order.size();
  }
  return found;
}

}  // namespace tidemark
