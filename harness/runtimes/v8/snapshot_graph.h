// A heap snapshot as a graph of objects, with the roots and the ways that
// people know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "harness/runtimes/managed/object_graph.h"
#include "harness/runtimes/v8/heap_snapshot.h"

namespace tidemark {

struct SnapshotGraph {
  ObjectGraph graph;
  std::vector<std::uint32_t> id;  // of each object
};

// Whether objects of a class have little more in common than that V8 made them:
// "Object", "Array", "(array)".
bool is_plain_class(std::string_view type);

// Types are the names of ClassNumbers. Roots: the properties of the global
// object ("global.sessions"), handles that embedders hold ("native code,
// (Global handles)"), an embedder's own objects ("Node / TCPServerWrap"),
// stacks, and what V8 holds for itself. A member is a property ("name", or
// "[symbol]"), "[]" of an array or a Map, or "name (variable)" of a closure.
//
// Left out is what holds nothing: the tables of strings, which are weak, a
// WeakMap's reference to a value, which its key holds; and references to V8's
// own objects that V8 itself holds, a fifth of all.
//
// Without names of members, of which nobody asks who does not ask for ways, it
// takes two bytes less for each reference.
enum class Members { kNamed, kUnnamed };
SnapshotGraph snapshot_graph(V8Snapshot snapshot,
                             Members members = Members::kNamed);

// Without holders that are V8's way to build others: the array behind a Map,
// the context of a closure, whose variable is then told. The last is kept.
// Paths that are alike then are one.
void fold_middlemen(NamedRetention& retention);

// who_holds() of a snapshot's graph, without middlemen.
std::vector<NamedRetention> folded_ways(const ObjectGraph& graph,
                                        const Dominators& dominators,
                                        std::span<const Wanted> questions,
                                        std::size_t most_paths);

}  // namespace tidemark
