#include "harness/retention/search.h"

#include <algorithm>
#include <array>
#include <utility>

#include "harness/retention/flood.h"

namespace tidemark {

namespace {

class Searcher {
 public:
  Searcher(const Graph& graph, const FrozenHeap& heap)
      : graph_(graph),
        roots_(heap.roots()),
        blocks_(heap.blocks()),
        placed_(graph.edges.blocks()) {
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
  void place(BlockNumber block) {
    placed_[block] = true;
    found_.order.push_back(block);
  }

  void reach(BlockNumber block, Parent parent) {
    if (found_.parents[block] != kUnreached) return;
    found_.parents[block] = parent;
    place(block);
  }

  bool alike(BlockNumber one, BlockNumber other) const {
    return blocks_[one].site == blocks_[other].site &&
           blocks_[one].bytes == blocks_[other].bytes;
  }

  // A block of the next level may still turn out to be of this one.
  void see(BlockNumber block, BlockNumber holder) {
    if (placed_[block]) return;
    if (alike(block, holder)) {
      found_.parents[block] = holder;
      place(block);
    } else if (found_.parents[block] == kUnreached) {
      found_.parents[block] = holder;
      farther_.push_back(block);
    }
  }

  void flood_from(std::size_t from) {
    std::vector<BlockNumber>& queue = found_.order;
    std::array<BlockNumber, kTogether> holders;
    const auto ask = [&](BlockNumber block) {
      __builtin_prefetch(&found_.parents[block]);
      __builtin_prefetch(&blocks_[block]);
    };
    while (true) {
      while (from < queue.size()) {
        const std::size_t count = std::min(queue.size() - from, kTogether);
        std::copy_n(queue.begin() + static_cast<std::ptrdiff_t>(from), count,
                    holders.begin());
        from += count;
        walk(
            graph_.edges, std::span(holders).first(count), ask,
            [&](BlockNumber block, BlockNumber holder) { see(block, holder); });
      }
      if (farther_.empty()) return;
      for (const BlockNumber block : farther_)
        if (!placed_[block]) place(block);
      farther_.clear();
    }
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
      reach(edge->to, from);
  }

  const Graph& graph_;
  std::span<const RootRange> roots_;
  std::span<const LiveBlock> blocks_;
  Search found_;
  std::vector<bool> placed_;          // those in found_.order
  std::vector<BlockNumber> farther_;  // reached, of the next level
};

}  // namespace

Search search(const Graph& graph, const FrozenHeap& heap) {
  return Searcher(graph, heap).run();
}

}  // namespace tidemark
