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
// Sizes: self and type have one entry per object, first one more, of which the
// first is 0 and the last the size of `to`. All of `to` and of the roots are
// objects, all of `type` are in type_names. An object may be referred to twice,
// by itself, or by several roots.
struct ObjectGraph {
  std::vector<std::uint32_t> type;  // of each object, into type_names
  std::vector<std::uint32_t> self;  // its own bytes; what is more is cut off
  std::vector<std::uint32_t> first;
  std::vector<ObjectIndex> to;
  std::vector<std::string> type_names;
  // By type: its objects need not be alike, as JavaScript's "Object"; one that
  // holds another makes no list. May be shorter: the rest are not.
  std::vector<bool> plain;
  std::vector<GraphRoot> roots;
  // The name of the reference to[edge] of `from`: "members", "[]" for all
  // elements of an array. Asked for objects on the ways to those in question,
  // some hundred thousand times at most: a microsecond is fast enough. Empty
  // function: no reference has a name.
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
  std::vector<bool> reached;            // objects may have no bytes
};

// Lengauer and Tarjan's semidominators, and Georgiadis' way from them to the
// dominators with pointers that skip ancestors: O(m log n) for whatever graph,
// lists of millions and all. At its highest 24 bytes an object and 8 for each
// on the walk's longest way, or 20 and 4 for each reference that is not to what
// the walk finds first or has below it; the result is 12 of 20 in the end.
Dominators dominators_of(const ObjectGraph& graph);

// Objects of one question: those that are asked about.
using Wanted = std::function<bool(ObjectIndex)>;

// Who holds the objects of each question. What roots of a stronger kind reach
// is told as held by them; of their ways, the one with fewest holders.
//
// A run of holders of one type is one holder, repeated (a list, a tree, the
// collisions in a map); of plain types, one of the same member. What comes
// round again, after up to eight holders that are the same each time, is told
// once. Ways that are alike then (root, types and members) are one path. A
// holder whose members are too many to be named (an object that is used as a
// map) has "[]". Ways of more than a hundred holders lack some before the last.
//
// Paths with most bytes first, at most `most_paths` of each question. `share`
// is the path's part of the question's bytes, lost ones included: those of all
// paths and of what is unreachable add up to 1. `retained` is what the objects
// of the path keep together (their dominated bytes, each counted once; paths
// may overlap). Nothing is doubtful: a runtime knows its references.
//
// At its highest 8 bytes an object, or 4 and 16 for each on a way to those in
// question.
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
// of the same type counts once. Without what no root reaches. Eight bytes an
// object.
std::vector<TopHolder> top_holders(const ObjectGraph& graph,
                                   const Dominators& dominators,
                                   std::size_t at_most);

}  // namespace tidemark
