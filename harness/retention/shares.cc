#include "harness/retention/shares.h"

#include <algorithm>
#include <array>
#include <bit>

#include "harness/retention/flood.h"

namespace tidemark {
namespace {

constexpr std::size_t kMask = 64;

// Bit g: reached by group g, and by no pointer outside the groups.
using Masks = std::vector<std::uint64_t>;

std::vector<bool> reached_from_outside(const Graph& graph,
                                       std::span<const RootGroup> groups,
                                       std::vector<bool> aside) {
  aside.resize(graph.roots.size());
  for (const RootGroup& group : groups)
    for (std::uint32_t edge : group) aside[edge] = true;
  std::vector<bool> reached(graph.edges.blocks());
  std::vector<BlockNumber> queue;
  queue.reserve(graph.edges.blocks());
  auto take = [&](BlockNumber block, BlockNumber) {
    if (reached[block]) return false;
    reached[block] = true;
    return true;
  };
  for (std::size_t i = 0; i < graph.roots.size(); ++i)
    if (!aside[i] && graph.roots[i].how != Pointing::kWeak &&
        take(graph.roots[i].block, 0))
      queue.push_back(graph.roots[i].block);
  flood(
      graph.edges, queue, 0, [](BlockNumber) {}, take);
  return reached;
}

// A queue in which a block is at most once at a time.
class Waiting {
 public:
  explicit Waiting(std::size_t blocks) : ring_(blocks), is_in_(blocks) {}

  bool empty() const { return count_ == 0; }

  void push(BlockNumber block) {
    if (is_in_[block]) return;
    is_in_[block] = true;
    ring_[(first_ + count_++) % ring_.size()] = block;
  }

  BlockNumber pop() {
    const BlockNumber block = ring_[first_];
    first_ = (first_ + 1) % ring_.size();
    --count_;
    is_in_[block] = false;
    return block;
  }

 private:
  std::vector<BlockNumber> ring_;
  std::vector<bool> is_in_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

Masks reached_by_groups(const Graph& graph, std::span<const RootGroup> groups,
                        const std::vector<bool>& outside) {
  Masks masks(graph.edges.blocks());
  Waiting waiting(graph.edges.blocks());
  auto reach = [&](BlockNumber block, std::uint64_t by) {
    if (outside[block] || (masks[block] | by) == masks[block]) return;
    masks[block] |= by;
    waiting.push(block);
  };
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::uint32_t edge : groups[g])
      if (graph.roots[edge].how != Pointing::kWeak)
        reach(graph.roots[edge].block, 1ull << g);
  std::array<BlockNumber, kTogether> holders;
  while (!waiting.empty()) {
    std::size_t count = 0;
    while (count < holders.size() && !waiting.empty()) {
      holders[count] = waiting.pop();
      __builtin_prefetch(&masks[holders[count++]]);
    }
    walk(
        graph.edges, std::span(holders).first(count),
        [&](BlockNumber block) { __builtin_prefetch(&masks[block]); },
        [&](BlockNumber block, BlockNumber holder) {
          reach(block, masks[holder]);
        });
  }
  return masks;
}

void share_out(const Graph& graph, std::span<const LiveBlock> blocks,
               std::span<const RootGroup> groups,
               const std::vector<bool>& aside, std::span<Share> into) {
  const std::vector<bool> outside = reached_from_outside(graph, groups, aside);
  const Masks masks = reached_by_groups(graph, groups, outside);
  for (std::size_t b = 0; b < masks.size(); ++b) {
    const double holders = std::popcount(masks[b]);
    const std::int64_t bytes = static_cast<std::int64_t>(blocks[b].bytes);
    for (std::uint64_t left = masks[b]; left != 0; left &= left - 1) {
      Share& share = into[static_cast<std::size_t>(std::countr_zero(left))];
      share.shared_objects += 1 / holders;
      share.shared += static_cast<double>(bytes) / holders;
      if (holders > 1) continue;
      share.objects.value += 1;
      share.retained.value += bytes;
    }
  }
}

}  // namespace

std::vector<Share> shares(const Graph& graph, std::span<const LiveBlock> blocks,
                          std::span<const RootGroup> groups,
                          const std::vector<bool>& aside) {
  std::vector<Share> result(groups.size());
  for (std::size_t at = 0; at < groups.size(); at += kMask) {
    const std::size_t count = std::min(kMask, groups.size() - at);
    share_out(graph, blocks, groups.subspan(at, count), aside,
              std::span(result).subspan(at, count));
  }
  return result;
}

}  // namespace tidemark
