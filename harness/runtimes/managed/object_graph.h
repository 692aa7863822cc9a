// The objects of a managed heap and their references, as dumps and snapshots
// have them, and who holds what of it. Pure; built for tens of millions of
// objects.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/runtimes/managed/named_retention.h"
#include "tidemark/retention.h"
#include "tidemark/units.h"

namespace tidemark {

using ObjectIndex = std::uint32_t;

inline constexpr ObjectIndex kNoObject = ~ObjectIndex{0};

// Where the search for holders begins.
struct GraphRoot {
  RootKind kind = RootKind::kGlobal;
  std::string name;  // "static Room.members", "thread main in Server.run"
  ObjectIndex object = 0;

  bool operator==(const GraphRoot&) const = default;
};

// References of object i are those in [first[i], first[i + 1]) of `to`.
// Sizes: self and type have one entry per object, first one more.
struct ObjectGraph {
  std::vector<std::uint32_t> type;  // of each object, into type_names
  std::vector<std::uint32_t> self;  // its own bytes; what is more is cut off
  std::vector<std::uint32_t> first;
  std::vector<ObjectIndex> to;
  std::vector<std::string> type_names;
  std::vector<GraphRoot> roots;
  // The name of the reference to[edge] of `from`: "members", "[]". Asked for
  // the few that are printed; empty function: no reference has a name.
  std::function<std::string(ObjectIndex from, std::uint32_t edge)> member_of;

  std::size_t objects() const { return type.size(); }
};

// What each object alone keeps. Objects that no root reaches have no
// dominator.
struct Dominators {
  // By object; kNoObject: a root holds it, or several do in different ways,
  // or nobody reaches it.
  std::vector<ObjectIndex> parent;
  std::vector<std::uint64_t> retained;  // bytes, its own included; 0: unreached
};

// Semi-NCA or as good: near to linear in time, at most some 24 bytes an object
// beside the graph and the result.
Dominators dominators_of(const ObjectGraph& graph);

// Objects of one question: those that are asked about.
using Wanted = std::function<bool(ObjectIndex)>;

// Who holds the objects of each question: one breadth-first walk from the
// strongest kind of root to the weakest gives each object its shortest way;
// ways that are alike (root, then classes and members) are one path, a run of
// alike holders (nodes of a list) is one holder, repeated. Paths with most
// bytes first, at most `most_paths`; `retained` is what the objects of the path
// keep together (their dominated bytes, each counted once).
std::vector<NamedRetention> who_holds(const ObjectGraph& graph,
                                      const Dominators& dominators,
                                      std::span<const Wanted> questions,
                                      std::size_t most_paths);

// One row of a table of the largest holders.
struct TopHolder {
  std::string type;
  Count objects;
  Bytes self;
  Bytes retained;  // of all of the type, each byte once

  bool operator==(const TopHolder&) const = default;
};

// Types by what their objects keep, most first: what is held by another object
// of the same type counts once.
std::vector<TopHolder> top_holders(const ObjectGraph& graph,
                                   const Dominators& dominators,
                                   std::size_t at_most);

}  // namespace tidemark
