#include "harness/runtimes/managed/alike_ways.h"

#include <algorithm>
#include <tuple>

#include "harness/runtimes/managed/way_search.h"

namespace tidemark {

std::size_t AlikeWays::Hash::operator()(const Key& key) const {
  std::uint64_t hash = key.from;
  hash = (hash ^ key.type) * 0x9e3779b97f4a7c15;
  hash = (hash ^ hash >> 32 ^ key.member) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 32;
}

WayPlace AlikeWays::begin(const GraphRoot& root) {
  const auto [known, fresh] = root_nodes_.try_emplace(
      {root.kind, root.name}, static_cast<Node>(ways_.size()));
  if (fresh) {
    Way way;
    way.before = known->second;
    way.member = static_cast<MemberNumber>(roots_.size());
    ways_.push_back(way);
    roots_.emplace_back(root.kind, root.name);
  }
  // The reference is the root itself, which has a name of its own.
  const Key key{known->second, graph_.type[root.object], kAnyMember};
  return {target(key, graph_.self[root.object]).node, 0, 0};
}

WayPlace AlikeWays::step(const WayPlace& place, ObjectIndex from,
                         std::uint32_t edge) {
  const ObjectIndex to = graph_.to[edge];
  const std::uint32_t type = graph_.type[to];
  if (type == ways_[place.node].type && !is_plain(graph_, type))
    return run_on(place);
  Key key{place.node, type, kAnyMember};
  const auto members = members_of_.find(key);
  if (members == members_of_.end() || members->second < kMostMembers)
    key.member = members_.number(from, edge);
  const Target next = target(key, graph_.self[to]);
  if (next.back) return back(place, next.node);
  return {next.node, place.run, place.again};
}

WayPlace AlikeWays::run_on(const WayPlace& place) {
  return back(place, place.node);
}

WayPlace AlikeWays::back(const WayPlace& place, Node node) {
  const std::uint32_t again =
      place.again > 0 && place.run == node ? place.again + 1 : 1;
  Way& way = ways_[node];
  way.repeated = std::max(way.repeated, again + 1);
  return {node, node, again};
}

AlikeWays::Target AlikeWays::target(const Key& key, std::uint32_t bytes) {
  const auto known = targets_.find(key);
  if (known != targets_.end()) return known->second;
  if (ways_.size() >= kMostWays && ways_[key.from].depth > 1)
    return target({ways_[key.from].top, key.type, kAnyMember}, bytes);
  const Target found = find_target(key, bytes);
  targets_.emplace(key, found);
  return found;
}

// Where the way came round to this: the same holders, from there to here, led
// there before. A map of maps comes to a table twice and is no round.
AlikeWays::Node AlikeWays::again_at(const Key& key) const {
  Node candidate = key.from;
  for (std::uint32_t round = 1; round <= kLongestRound; ++round) {
    // So many holders of the way, and as many before them; what a root holds
    // has no member to be like another with.
    if (ways_[key.from].depth < 2 * round) break;
    bool equal = ways_[candidate].type == key.type &&
                 ways_[candidate].member == key.member;
    Node late = key.from;
    Node early = ways_[candidate].before;
    for (std::uint32_t i = 1; equal && i < round; ++i) {
      equal = ways_[late].type == ways_[early].type &&
              ways_[late].member == ways_[early].member;
      late = ways_[late].before;
      early = ways_[early].before;
    }
    if (equal) return candidate;
    candidate = ways_[candidate].before;
  }
  return kNoNode;
}

AlikeWays::Target AlikeWays::find_target(const Key& key, std::uint32_t bytes) {
  if (const Node again = again_at(key); again != kNoNode) return {again, true};
  if (ways_[key.from].depth >= kMostHolders)
    return {target({ways_[key.from].before, key.type, key.member}, bytes).node,
            false};
  Way way;
  way.before = key.from;
  way.type = key.type;
  way.member = key.member;
  way.bytes = bytes;
  way.depth = ways_[key.from].depth + 1;
  way.top =
      way.depth > 1 ? ways_[key.from].top : static_cast<Node>(ways_.size());
  ways_.push_back(way);
  ++members_of_[{key.from, key.type, kAnyMember}];
  return {static_cast<Node>(ways_.size() - 1), false};
}

NamedPath AlikeWays::path(Node node) const {
  NamedPath path;
  for (; ways_[node].type != kNoType; node = ways_[node].before) {
    const Way& way = ways_[node];
    path.holders.push_back(
        {graph_.type_names[way.type],
         way.depth > 1 ? members_.name(way.member) : std::string(),
         Bytes{way.bytes}, way.repeated});
  }
  std::reverse(path.holders.begin(), path.holders.end());
  std::tie(path.root, path.root_name) = roots_[ways_[node].member];
  return path;
}

}  // namespace tidemark
