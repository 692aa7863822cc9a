#include "harness/retention/search.h"

#include <algorithm>
#include <utility>

#include "harness/retention/flood.h"

namespace tidemark {

namespace {

class Searcher {
 public:
  Searcher(const Graph& graph, std::span<const RootRange> roots)
      : graph_(graph), roots_(roots) {
    found_.parents.assign(graph.edges.blocks(), kUnreached);
    found_.order.reserve(graph.edges.blocks());
  }

  Search run() {
    std::uint32_t edge = 0;
    for (std::size_t kind = 0; kind < kRootKinds; ++kind) {
      const std::size_t start = found_.order.size();
      for (; edge < graph_.roots.size(); ++edge) {
        const RootEdge& root = graph_.roots[edge];
        if (static_cast<std::size_t>(roots_[root.range].kind) > kind) break;
        if (root.how == Pointing::kTo) reach(root.block, kByRoot | edge);
      }
      flood_from(start);
      found_.ends[kind] = found_.order.size();
    }
    // What is inside of mappings has been reached by now, as far as it is.
    reach_by(Pointing::kInto, graph_.into);
    found_.sure = found_.order.size();
    reach_by(Pointing::kWeak, graph_.weak);
    return std::move(found_);
  }

 private:
  bool reach(BlockNumber block, Parent parent) {
    if (found_.parents[block] != kUnreached) return false;
    found_.parents[block] = parent;
    if (by_root(parent)) found_.order.push_back(block);
    return true;
  }

  void flood_from(std::size_t start) {
    flood(
        graph_.edges, found_.order, start,
        [&](BlockNumber block) { __builtin_prefetch(&found_.parents[block]); },
        [&](BlockNumber block, BlockNumber holder) {
          return reach(block, holder);
        });
  }

  // Each reached block is asked once for its pointers of that sort.
  void reach_by(Pointing how, const std::vector<WeakEdge>& edges) {
    const std::size_t start = found_.order.size();
    for (std::uint32_t edge = 0; edge < graph_.roots.size(); ++edge)
      if (graph_.roots[edge].how == how)
        reach(graph_.roots[edge].block, kByRoot | edge);
    flood_from(start);
    if (edges.empty()) return;
    std::vector<bool> has_some(graph_.edges.blocks());
    for (const WeakEdge& edge : edges) has_some[edge.from] = true;
    for (std::size_t asked = 0; asked < found_.order.size();) {
      const std::size_t end = found_.order.size();
      for (; asked < end; ++asked)
        if (has_some[found_.order[asked]]) follow(found_.order[asked], edges);
      flood_from(end);
    }
  }

  void follow(BlockNumber from, const std::vector<WeakEdge>& edges) {
    auto edge = std::lower_bound(
        edges.begin(), edges.end(), from,
        [](const WeakEdge& a, BlockNumber b) { return a.from < b; });
    for (; edge != edges.end() && edge->from == from; ++edge)
      if (reach(edge->to, from)) found_.order.push_back(edge->to);
  }

  const Graph& graph_;
  std::span<const RootRange> roots_;
  Search found_;
};

}  // namespace

Search search(const Graph& graph, std::span<const RootRange> roots) {
  return Searcher(graph, roots).run();
}

}  // namespace tidemark
