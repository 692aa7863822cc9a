// The shortest way to every object from the strongest kind of root that
// reaches it. Private to this folder.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "harness/runtimes/managed/object_graph.h"

namespace tidemark {

struct WaySearch {
  // What leads to each object: itself, if it is a root; kNoObject: nothing.
  std::vector<ObjectIndex> holder;
  // All that is reached, holders before what they hold. Those that one object
  // holds and that are not of its type are neighbours, in the order of its
  // references.
  std::vector<ObjectIndex> order;
  // The first of graph.roots that leads to it, of those that are roots.
  std::unordered_map<ObjectIndex, std::uint32_t> root_of;
};

// One walk for each kind of root, strongest first; what an earlier one has
// reached, a later one leaves alone. Breadth first, but an object that one of
// its own type holds is no farther away: a list is one holder, however long,
// and a stray reference into its middle is no shorter way to its end.
WaySearch search_ways(const ObjectGraph& graph);

// Objects of this type need not be alike.
inline bool is_plain(const ObjectGraph& graph, std::uint32_t type) {
  return type < graph.plain.size() && graph.plain[type];
}

}  // namespace tidemark
