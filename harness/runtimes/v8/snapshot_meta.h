// What a V8 heap snapshot says of itself before its nodes: which fields a node
// and an edge have, in which order, and what their kinds are called.
//
//   {"snapshot":{"meta":{"node_fields":["type","name","id","self_size", …],
//     "node_types":[["hidden","array", …],"string","number", …],
//     "edge_fields":["type","name_or_index","to_node"],
//     "edge_types":[["context","element", …],"string_or_number","node"],
//     "trace_function_info_fields":["function_id", …],
//     "trace_node_fields":["id","function_info_index", …,"children"], …},
//    "node_count":46676,"edge_count":202132,"trace_function_count":0}, …
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"

namespace tidemark {

// Kinds of nodes that are not all told alike.
enum class SnapshotNodeKind : std::uint8_t {
  kHidden,
  kArray,
  kObject,
  kCode,
  kClosure,
  kNative,
  kSynthetic,  // a root, or what an embedder has made up
  kOther,      // strings, numbers, what a later V8 may know
};

enum class EdgeKind : std::uint8_t {
  kContext,   // a variable of a scope
  kElement,   // of an array, by number
  kProperty,  // by name
  kInternal,  // by a name of V8's
  kHidden,    // by a number of V8's
  kShortcut,  // what a bound function binds; below the root: a global object
  kWeak,
  kOther,  // of a later V8
};

inline constexpr std::uint8_t kNoField = 0xff;

struct SnapshotMeta {
  // Where a record's fields are, and how many it has.
  struct NodeFields {
    std::uint8_t count = 0;
    std::uint8_t type = kNoField;
    std::uint8_t name = kNoField;
    std::uint8_t id = kNoField;
    std::uint8_t self_size = kNoField;
    std::uint8_t edge_count = kNoField;
    std::uint8_t trace_node = kNoField;  // kNoField: older than tracking
    std::uint8_t detachedness = kNoField;
  } node;
  struct EdgeFields {
    std::uint8_t count = 0;
    std::uint8_t type = kNoField;
    std::uint8_t name = kNoField;
    std::uint8_t to = kNoField;
  } edge;
  struct TraceFunctionFields {
    std::uint8_t count = 0;  // 0: it tells no stacks
    std::uint8_t name = kNoField;
    std::uint8_t script = kNoField;
    std::uint8_t line = kNoField;
    std::uint8_t column = kNoField;
  } trace_function;
  struct TraceNodeFields {
    std::uint8_t count = 0;  // children included, which come last; 0: as above
    std::uint8_t id = kNoField;
    std::uint8_t function = kNoField;
  } trace_node;

  // By the numbers that stand in the nodes and edges.
  std::vector<SnapshotNodeKind> node_kinds;
  std::vector<std::string> node_words;  // "hidden", "concatenated string"
  std::vector<EdgeKind> edge_kinds;

  std::uint32_t node_count = 0;
  std::uint32_t edge_count = 0;
};

// Reads the value of "snapshot". What must be there is: kUsage, with what is
// wanted, if it is not.
Result<SnapshotMeta> parse_snapshot_meta(std::string_view json);

}  // namespace tidemark
