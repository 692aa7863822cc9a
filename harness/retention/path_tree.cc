#include "harness/retention/path_tree.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace tidemark {
namespace {

constexpr PathTree::Number kNone = 0xffffffff;

// How many nodes a chain's period may have.
constexpr int kPeriod = 4;

}  // namespace

PathTree::Place PathTree::root(std::uint32_t number) {
  const Key key{kNone, {number, 0, false}};
  auto [at, is_new] =
      numbers_.try_emplace(key, static_cast<Number>(nodes_.size()));
  if (is_new) {
    Node node;
    node.holder = at->second;
    node.step.site = number;
    nodes_.push_back(node);
  }
  return {at->second, 1};
}

PathTree::Number PathTree::root_of(Number node) const {
  while (nodes_[node].depth > 0) node = nodes_[node].holder;
  return node;
}

PathTree::Number PathTree::child(Number holder, Hop step, const Block& block) {
  if (nodes_.size() >= most_ && !numbers_.contains({holder, step})) {
    holder = root_of(holder);
    step.offset = 0;
  }
  auto [at, is_new] = numbers_.try_emplace(Key{holder, step},
                                           static_cast<Number>(nodes_.size()));
  if (is_new) {
    Node node;
    node.holder = holder;
    node.depth = nodes_[holder].depth + 1;
    node.step = step;
    node.sample = block;
    nodes_.push_back(node);
  }
  return at->second;
}

// Whether the block is one more of its holder's run.
bool PathTree::goes_on(Number holder, Hop step, const Block& block) const {
  const Node& node = nodes_[holder];
  if (node.depth == 0 || node.step.site != step.site) return false;
  if (node.sample.bytes == block.bytes) return true;
  // A root's offset and a block's have nothing to do with each other.
  return node.depth > 2 && node.step == step &&
         nodes_[node.holder].step == step;
}

// The node among `from` and those before it that `step` would lead to again;
// kNone if there is none.
PathTree::Number PathTree::loop_to(Number from, Hop step, const Block& block) {
  if (goes_on(from, step, block)) return from;
  Number at = from;
  for (int i = 0; i < kPeriod && nodes_[at].depth > 0; ++i) {
    const Node& node = nodes_[at];
    const bool is_same =
        node.step == step && node.sample.bytes == block.bytes && node.depth > 1;
    if (i > 0 && is_same) {
      for (Number k = from; k != at; k = nodes_[k].holder)
        nodes_[k].loops = true;
      return at;
    }
    at = node.holder;
  }
  return kNone;
}

PathTree::Place PathTree::extend(Place holder, Hop step, const Block& block) {
  Place place;
  place.node = loop_to(holder.node, step, block);
  if (place.node != kNone) {
    place.run = holder.run + 1;
  } else {
    const Node& from = nodes_[holder.node];
    place.node = child(from.depth == kMostHolders ? from.holder : holder.node,
                       step, block);
    place.run = nodes_[place.node].loops ? holder.run : 1;
  }
  Node& node = nodes_[place.node];
  node.longest = std::max(node.longest, place.run);
  return place;
}

PathTree PathTree::with_arrays_as_one(std::vector<Number>& moved) && {
  numbers_ = {};
  std::vector<Number> by_depth(nodes_.size());
  for (Number i = 0; i < nodes_.size(); ++i) by_depth[i] = i;
  std::stable_sort(by_depth.begin(), by_depth.end(), [&](Number a, Number b) {
    return nodes_[a].depth < nodes_[b].depth;
  });
  PathTree result(nodes_.size() + 1);
  moved.assign(nodes_.size(), kNone);
  using Alike = std::tuple<Number, SiteId, bool>;  // holder, site, interior
  for (std::size_t from = 0; from < by_depth.size();) {
    // All of one depth: their holders have moved already.
    std::size_t to = from;
    struct Siblings {
      std::set<std::uint32_t> offsets;
      std::uint32_t longest = 1;
    };
    std::map<Alike, Siblings> siblings;
    auto alike = [&](const Node& node) {
      return Alike{moved[node.holder], node.step.site, node.step.interior};
    };
    const std::uint32_t depth = nodes_[by_depth[from]].depth;
    for (; to < by_depth.size() && nodes_[by_depth[to]].depth == depth; ++to)
      if (depth > 0) {
        const Node& node = nodes_[by_depth[to]];
        Siblings& all = siblings[alike(node)];
        all.offsets.insert(node.step.offset);
        all.longest = std::max(all.longest, node.longest);
      }
    for (; from < to; ++from) {
      const Node& node = nodes_[by_depth[from]];
      Number& number = moved[by_depth[from]];
      if (depth == 0) {
        number = result.root(node.step.site).node;
        continue;
      }
      Hop step = node.step;
      const Siblings& all = siblings[alike(node)];
      if (all.offsets.size() >= kArray || all.longest > 1)
        step.offset = *all.offsets.begin();
      number = result.child(moved[node.holder], step, node.sample);
      Node& merged = result.nodes_[number];
      merged.longest = std::max(merged.longest, node.longest);
    }
  }
  return result;
}

std::vector<PathTree::Number> PathTree::way_to(Number node) const {
  std::vector<Number> way;
  for (; nodes_[node].depth > 0; node = nodes_[node].holder)
    way.push_back(node);
  std::reverse(way.begin(), way.end());
  return way;
}

}  // namespace tidemark
