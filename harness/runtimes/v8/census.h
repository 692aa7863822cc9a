// What of a heap snapshot is the service's own, and of which class. Pure.
//
// V8 makes objects for itself as it compiles: code, feedback, constants of
// functions, the shapes of objects. Which those are is told by how they are
// held: the service's own is what can be reached from the roots without
// passing through code, shapes or V8's caches.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/runtimes/v8/heap_snapshot.h"
#include "tidemark/units.h"

namespace tidemark::v8 {

// How people think of the objects of a class that one other object alone
// holds.
enum class Belonging : std::uint8_t {
  kNone,   // as themselves: "Session", "function onMessage"
  kPlain,  // as a part of what holds them: "Object", "Array"
  kPart,   // likewise, and never as what holds another: "(string)"
};

struct SnapshotClass {
  // As Chrome's DevTools have it ("Session", "function onMessage", "(string)"),
  // but arrays by what they are part of: "Map table".
  std::string name;
  // Outside V8's heap: ids do not tell when they were born.
  bool native = false;
  Belonging belongs = Belonging::kNone;

  bool operator==(const SnapshotClass&) const = default;
};

struct Census {
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  std::vector<SnapshotClass> classes;
  std::vector<std::uint32_t> of_node;  // into classes; kNone: V8's own
  // The only one that refers to it; kNoObject: there are several, or none.
  std::vector<ObjectIndex> owner;
  Bytes left_out;  // V8's own, all of it
  Count workers;   // threads with heaps of their own
};

Census take_census(const V8Snapshot& snapshot);

}  // namespace tidemark::v8
