#include "harness/retention/doubt.h"

#include "harness/retention/flood.h"

namespace tidemark {
namespace {

std::size_t end_of(const Search& found, RootKind kind) {
  return found.ends[static_cast<std::size_t>(kind)];
}

}  // namespace

std::vector<bool> doubtful_blocks(const Graph& graph,
                                  std::span<const RootRange> roots,
                                  const Search& found) {
  std::vector<bool> doubtful(graph.edges.blocks());
  auto mark = [&](RootKind before, RootKind last) {
    for (std::size_t i = end_of(found, before); i < end_of(found, last); ++i)
      doubtful[found.order[i]] = true;
  };
  mark(RootKind::kThreadLocal, RootKind::kRegister);
  mark(RootKind::kMapping, RootKind::kAllocator);
  for (std::size_t i = found.sure; i < found.order.size(); ++i)
    doubtful[found.order[i]] = true;
  if (end_of(found, RootKind::kThreadLocal) ==
      end_of(found, RootKind::kRegister))
    return doubtful;

  // What a mapping holds, too, is taken out again.
  std::vector<BlockNumber> queue;
  auto take = [&](BlockNumber block, BlockNumber) {
    if (!doubtful[block]) return false;
    doubtful[block] = false;
    return true;
  };
  for (const RootEdge& edge : graph.roots)
    if (roots[edge.range].kind == RootKind::kMapping &&
        edge.how != Pointing::kWeak && take(edge.block, 0))
      queue.push_back(edge.block);
  for (std::size_t i = end_of(found, RootKind::kRegister);
       i < end_of(found, RootKind::kMapping); ++i)
    graph.edges.each(found.order[i], [&](BlockNumber block) {
      if (take(block, 0)) queue.push_back(block);
    });
  flood(
      graph.edges, queue, 0, [](BlockNumber) {}, take);
  return doubtful;
}

}  // namespace tidemark
