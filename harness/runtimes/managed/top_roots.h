// What the roots of a managed heap keep, as a table. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/runtimes/managed/object_graph.h"

namespace tidemark {

// One root, or several of one name.
struct TopRoot {
  RootKind kind = RootKind::kGlobal;
  std::string name;
  Bytes retained;  // what it alone keeps

  bool operator==(const TopRoot&) const = default;
};

// Roots by what they alone keep, most first: what several hold in different
// ways is no one's; an object that is a root by several names counts for the
// first of them.
std::vector<TopRoot> top_roots(const ObjectGraph& graph,
                               const Dominators& dominators,
                               std::size_t at_most);

}  // namespace tidemark
