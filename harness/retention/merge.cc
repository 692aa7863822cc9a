// The tree that search() leaves behind, of millions of blocks, as a tree of
// ways that differ: only blocks of findings and what they hang on are
// followed, each in the order in which it was reached.

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>

#include "harness/retention/doubt.h"
#include "harness/retention/pointers.h"
#include "harness/retention/who_holds.h"

namespace tidemark {
namespace {

// A node costs about 200 bytes while trees are merged: no more than three bytes
// for each block.
constexpr std::size_t kBlocksPerNode = 64;
constexpr std::size_t kFewNodes = 1 << 14;

// Blocks of the findings, and all that is on the way to one.
std::vector<bool> blocks_to_follow(std::span<const LiveBlock> blocks,
                                   const Search& found,
                                   const Question& question) {
  std::vector<bool> follow(blocks.size());
  for (std::size_t i = found.order.size(); i-- > 0;) {
    const BlockNumber block = found.order[i];
    if (!follow[block] && !question.finding_of(blocks[block])) continue;
    follow[block] = true;
    if (!by_root(found.parents[block])) follow[found.parents[block]] = true;
  }
  return follow;
}

std::uint32_t offset_from(std::uint64_t holder, std::uint64_t pointer) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(
      pointer - holder, std::numeric_limits<std::uint32_t>::max()));
}

// As PathTree does, before a million elements are a million nodes.
class Arrays {
 public:
  void add(std::uint32_t root, const Hop& step) {
    Elements& elements = all_[key(root, step)];
    ++elements.count;
    elements.first = std::min(elements.first, step.offset);
  }

  // With the place of the first element, if it is one of an array.
  void settle(std::uint32_t root, Hop& step) const {
    const Elements& elements = all_.at(key(root, step));
    if (elements.count >= PathTree::kArray) step.offset = elements.first;
  }

 private:
  struct Elements {
    std::uint32_t count = 0;
    std::uint32_t first = std::numeric_limits<std::uint32_t>::max();
  };
  using Key = std::tuple<std::uint32_t, SiteId, bool>;

  static Key key(std::uint32_t root, const Hop& step) {
    return {root, step.site, step.interior};
  }

  std::map<Key, Elements> all_;
};

class Merger {
 public:
  Merger(const FrozenHeap& heap, const BlockIndex& index, const Graph& graph,
         Search& found, RootNames& names, const Question& question)
      : blocks_(heap.blocks()),
        index_(index),
        graph_(graph),
        found_(found),
        names_(names),
        question_(question),
        memory_(heap),
        follow_(blocks_to_follow(blocks_, found, question)),
        runs_(blocks_.size()),
        tree_(std::max(kFewNodes, blocks_.size() / kBlocksPerNode)) {}

  void run() {
    const std::vector<BlockNumber>& order = found_.order;
    std::vector<BlockNumber> siblings;
    for (std::size_t i = 0; i < order.size();) {
      const Parent parent = found_.parents[order[i]];
      if (by_root(parent)) {
        const std::size_t first = i;
        while (i < order.size() && by_root(found_.parents[order[i]])) ++i;
        place_by_roots(std::span(order).subspan(first, i - first));
        continue;
      }
      siblings.clear();
      for (; i < order.size() && found_.parents[order[i]] == parent; ++i)
        if (follow_[order[i]]) siblings.push_back(order[i]);
      if (!siblings.empty()) place_by_holder(siblings, parent);
    }
  }

  // The tree, with what hangs where, by finding and most objects first. What
  // there is of each block has served its turn.
  void take(MergedPaths& into) {
    found_ = {};
    runs_ = {};
    follow_ = {};
    std::vector<PathTree::Number> moved;
    into.tree = std::move(tree_).with_arrays_as_one(moved);
    std::unordered_map<std::uint64_t, std::size_t> at;
    for (const auto& [key, one] : held_) {
      const PathTree::Number node = moved[one.node];
      auto [slot, is_new] = at.try_emplace(
          std::uint64_t{one.finding} << 32 | node, into.held.size());
      if (is_new) {
        HeldAlike first = one;
        first.node = node;
        into.held.push_back(first);
      } else {
        into.held[slot->second].objects += one.objects;
        into.held[slot->second].bytes += one.bytes;
      }
    }
  }

 private:
  SiteId site_of(BlockNumber block) const {
    const SiteId site = blocks_[block].site;
    return question_.alike ? question_.alike(site) : site;
  }

  // Twice over them, for there may be millions: a table is one array.
  void place_by_roots(std::span<const BlockNumber> of_roots) {
    struct Step {
      std::uint32_t root;
      Hop hop;
      std::uint64_t pointer;
    };
    const auto each = [&](auto see) {
      for (const BlockNumber block : of_roots) {
        if (!follow_[block]) continue;
        const std::uint32_t edge = found_.parents[block] & ~kByRoot;
        const RootEdge& root = graph_.roots[edge];
        see(block, Step{names_.root_of(edge),
                        {site_of(block), names_.offset_of(edge),
                         memory_.word(root.word) != blocks_[block].address},
                        root.word});
      }
    };
    Arrays arrays;
    each([&](BlockNumber, const Step& step) {
      arrays.add(step.root, step.hop);
    });
    each([&](BlockNumber block, Step step) {
      arrays.settle(step.root, step.hop);
      note(block,
           tree_.extend(tree_.root(step.root), step.hop,
                        {block, blocks_[block].bytes, step.pointer}),
           step.root);
    });
  }

  void place_by_holder(const std::vector<BlockNumber>& siblings,
                       BlockNumber holder) {
    const LiveBlock& from = blocks_[holder];
    const PathTree::Place place{found_.parents[holder], runs_[holder]};
    find_pointers(index_, memory_, from, siblings, runs_, pointers_);
    steps_.resize(siblings.size());
    for (std::size_t i = 0; i < siblings.size(); ++i)
      steps_[i] = {site_of(siblings[i]),
                   offset_from(from.address, pointers_[i].at),
                   pointers_[i].interior};
    if (siblings.size() >= PathTree::kArray) {
      Arrays arrays;
      for (const Hop& step : steps_) arrays.add(0, step);
      for (Hop& step : steps_) arrays.settle(0, step);
    }
    const std::uint32_t root = tree_.root_number(place.node);
    for (std::size_t i = 0; i < siblings.size(); ++i)
      note(siblings[i],
           tree_.extend(
               place, steps_[i],
               {siblings[i], blocks_[siblings[i]].bytes, pointers_[i].at}),
           root);
  }

  // From here on the block's parent is the number of its node.
  void note(BlockNumber block, PathTree::Place place, std::uint32_t root) {
    found_.parents[block] = place.node;
    runs_[block] = place.run;
    const std::optional<std::uint32_t> finding =
        question_.finding_of(blocks_[block]);
    if (!finding) return;
    const std::uint64_t key = std::uint64_t{*finding} << 32 | place.node;
    HeldAlike& held =
        held_.try_emplace(key, HeldAlike{*finding, place.node, root, {}, {}})
            .first->second;
    held.objects.value += 1;
    held.bytes.value += static_cast<std::int64_t>(blocks_[block].bytes);
  }

  std::span<const LiveBlock> blocks_;
  const BlockIndex& index_;
  const Graph& graph_;
  Search& found_;
  RootNames& names_;
  const Question& question_;
  Memory memory_;
  std::vector<bool> follow_;
  std::vector<std::uint32_t> runs_;  // of each block that has a node
  PathTree tree_;
  std::unordered_map<std::uint64_t, HeldAlike> held_;  // by finding and node
  std::vector<Pointer> pointers_;
  std::vector<Hop> steps_;
};

// Blocks that nothing reaches, and those that only a stale word may hold.
std::vector<Retention> count_apart(const FrozenHeap& heap, const Graph& graph,
                                   const Search& found,
                                   const Question& question) {
  const std::span<const LiveBlock> blocks = heap.blocks();
  const std::vector<bool> doubtful =
      doubtful_blocks(graph, heap.roots(), found);
  std::vector<Retention> result(question.findings);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::optional<std::uint32_t> finding = question.finding_of(blocks[i]);
    if (!finding) continue;
    Retention& retention = result[*finding];
    const auto bytes = static_cast<std::int64_t>(blocks[i].bytes);
    retention.objects.value += 1;
    retention.bytes.value += bytes;
    if (found.parents[i] == kUnreached) {
      retention.unreachable.value += 1;
      retention.unreachable_bytes.value += bytes;
    } else if (doubtful[i]) {
      retention.doubtful.value += 1;
    }
  }
  return result;
}

// Most objects first; what is equal in that is told in the order of names, so
// that two runs on the same service read the same.
void sort_held(MergedPaths& merged, const RootNames& names, bool by_bytes) {
  auto steps = [&](const HeldAlike& held) {
    std::vector<Hop> way;
    for (PathTree::Number node : merged.tree.way_to(held.node))
      way.push_back(merged.tree.at(node).step);
    return way;
  };
  std::sort(merged.held.begin(), merged.held.end(),
            [&](const HeldAlike& a, const HeldAlike& b) {
              auto first = [by_bytes](const HeldAlike& held) {
                const std::int64_t objects = -held.objects.value;
                const std::int64_t bytes = -held.bytes.value;
                return std::tuple(held.finding, by_bytes ? bytes : objects,
                                  by_bytes ? objects : bytes);
              };
              if (first(a) != first(b)) return first(a) < first(b);
              const NamedRoot& root_a = names.root(a.root);
              const NamedRoot& root_b = names.root(b.root);
              if (root_a != root_b) return root_a < root_b;
              return steps(a) < steps(b);
            });
}

}  // namespace

MergedPaths merge_paths(const FrozenHeap& heap, const BlockIndex& index,
                        const Graph& graph, Search found, RootNames& names,
                        const Question& question) {
  MergedPaths merged;
  merged.retention = count_apart(heap, graph, found, question);
  Merger merger(heap, index, graph, found, names, question);
  merger.run();
  merger.take(merged);
  sort_held(merged, names, question.by_bytes);
  return merged;
}

}  // namespace tidemark
