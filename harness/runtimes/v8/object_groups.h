// The objects of a heap snapshot by constructor, and by where they were
// allocated, with the cycles of their birth.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/runtimes/v8/heap_snapshot.h"
#include "tidemark/run_record.h"
#include "tidemark/units.h"

namespace tidemark {

// Gives nodes the names of classes that Chrome's DevTools group them by, and
// numbers for them, in the order in which they are asked for.
//
//   object, native   its name: "Session", "Node / TCPSocketWrap"
//   synthetic        likewise: "Node / Environment"
//   closure          "function onMessage"; without a name "(closure)"
//   hidden, code     "(system)", "(compiled code)"
//   all others       "(array)", "(string)", "(number)", "(object shape)"
class ClassNumbers {
 public:
  // `snapshot` must outlive this.
  explicit ClassNumbers(const V8Snapshot& snapshot) : snapshot_(snapshot) {}

  // Of a node of this kind (into meta.node_kinds) and name.
  std::uint32_t of(std::uint8_t kind, std::uint32_t name);

  const std::vector<std::string>& names() const { return names_; }
  std::vector<std::string> take() { return std::move(names_); }

 private:
  std::string name_of(std::uint8_t kind, std::uint32_t name) const;

  const V8Snapshot& snapshot_;
  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
  std::vector<std::string> names_;
};

// Some objects of a group.
struct ObjectCount {
  Count objects;
  Bytes bytes;

  bool operator==(const ObjectCount&) const = default;
};

struct ObjectGroup {
  std::string type;
  std::uint32_t trace = 0;  // the stack's id; 0: not known, or not asked for
  ObjectCount all;
  // By the cycle of birth; those whose ids do not tell it are in none.
  std::vector<ObjectCount> rings;

  bool operator==(const ObjectGroup&) const = default;
};

enum class GroupBy { kClass, kClassAndStack };

// last_ids: V8Snapshot::last_id() at the end of each cycle, rising. Ring k is
// what was born in cycle k, one more than there are ids: the last is all that
// was born since. Most bytes first, then by name and stack.
std::vector<ObjectGroup> object_groups(const V8Snapshot& snapshot, GroupBy by,
                                       std::span<const std::uint32_t> last_ids);

// Where the objects with this trace were allocated, innermost first. Empty: V8
// did not track it.
std::vector<Frame> allocation_stack(const V8Snapshot& snapshot,
                                    std::uint32_t trace);

}  // namespace tidemark
