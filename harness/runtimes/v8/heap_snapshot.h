// A V8 heap snapshot in memory: what its nodes and edges need for sums and
// for who holds what, in some 17 bytes a node and 8 an edge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/runtimes/managed/object_graph.h"
#include "harness/runtimes/v8/snapshot_meta.h"
#include "tidemark/units.h"

namespace tidemark {

// The kind of an edge and its name, in 32 bits.
class EdgeLabel {
 public:
  // Numbers of strings above this are refused; elements are numbered no
  // further.
  static constexpr std::uint32_t kMostName = (1u << 29) - 1;

  EdgeLabel() = default;
  EdgeLabel(EdgeKind kind, std::uint32_t name)
      : bits_(static_cast<std::uint32_t>(kind) << 29 | name) {}

  EdgeKind kind() const { return static_cast<EdgeKind>(bits_ >> 29); }
  std::uint32_t name() const { return bits_ & kMostName; }
  std::uint32_t bits() const { return bits_; }  // equal for equal labels
  // Whether name() is the number of a string.
  bool is_named() const {
    return kind() != EdgeKind::kElement && kind() != EdgeKind::kHidden &&
           kind() != EdgeKind::kOther;
  }

 private:
  std::uint32_t bits_ = 0;
};

// The strings that name something; the contents of the others are not kept.
// Of a long one the beginning is.
class SnapshotStrings {
 public:
  static constexpr std::size_t kLongest = 256;  // bytes of one that are kept

  // How many there are, those that are not kept included.
  std::size_t size() const { return ends_.size(); }
  // Empty: not kept, or there is none of this number.
  std::string_view at(std::uint32_t number) const {
    if (number >= ends_.size()) return {};
    const std::uint32_t from = number == 0 ? 0 : ends_[number - 1];
    return std::string_view(text_).substr(from, ends_[number] - from);
  }
  void add(std::string_view kept);

 private:
  std::string text_;
  std::vector<std::uint32_t> ends_;
};

// Where something was allocated; V8 tells it if it was asked to track.
struct TraceFunction {
  std::uint32_t name = 0;    // a string's number
  std::uint32_t script = 0;  // likewise: the file's name
  std::uint32_t line = 0;    // from 1; 0: not known
  std::uint32_t column = 0;  // likewise
};

struct TraceNode {
  std::uint32_t id = 0;
  std::uint32_t function = 0;  // into trace_functions
  std::uint32_t caller = 0;    // into trace_nodes; its own number: none
};

// Arrays of nodes have one entry per node. Weak edges are only counted, and so
// are shortcuts that do not begin at the root: they repeat others.
struct V8Snapshot {
  SnapshotMeta meta;

  std::vector<std::uint8_t> kind;   // into meta.node_kinds
  std::vector<std::uint32_t> name;  // into strings
  std::vector<std::uint32_t> id;
  std::vector<std::uint32_t> self;   // bytes; kBeyond: they are in `large`
  std::vector<std::uint32_t> first;  // of edges; one more than there are nodes
  std::vector<ObjectIndex> to;       // of each edge
  std::vector<EdgeLabel> label;

  static constexpr std::uint32_t kBeyond = ~std::uint32_t{0};
  std::vector<std::pair<ObjectIndex, std::uint64_t>> large;  // by index

  std::vector<std::uint32_t> trace_node;  // ids; empty: was not tracked
  std::vector<ObjectIndex> detached;      // of a document, say
  SnapshotStrings strings;
  std::vector<TraceFunction> trace_functions;
  std::vector<TraceNode> trace_nodes;  // by id
  std::uint32_t weak_edges = 0;
  std::uint32_t shortcut_edges = 0;  // that are left out

  std::size_t nodes() const { return kind.size(); }
  SnapshotNodeKind kind_of(ObjectIndex node) const {
    return meta.node_kinds[kind[node]];
  }
  std::uint64_t bytes_of(ObjectIndex node) const;

  // The highest of the ids that V8 gives in the order of birth: whatever is
  // born later has a higher one. 0: there is no node.
  std::uint32_t last_id() const;
};

// Whether an id says when its object was born. Even ids are made of addresses
// outside V8's heap and change from snapshot to snapshot.
inline bool id_tells_birth(std::uint32_t id) { return id % 2 == 1; }

}  // namespace tidemark
