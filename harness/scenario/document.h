// A YAML text as a tree that remembers where everything stands. This is the
// wall in front of yaml-cpp: behind it there are no exceptions, no aliases,
// no surprises of type, and no silently dropped second key.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/scenario/diagnostics.h"

namespace tidemark {

// Nothing that a scenario needs comes near these.
inline constexpr std::size_t kMaxScenarioBytes = 1 << 20;
inline constexpr std::size_t kMaxNesting = 64;

enum class NodeKind {
  kNothing,
  kScalar,
  kList,
  kMap,
  kBroken,  // its problem is reported; whoever wants a value stays silent
};

struct Node {
  NodeKind kind = NodeKind::kNothing;
  Position at;
  std::string text;         // kScalar
  bool quoted = false;      // kScalar: "200" is text where 200 is a number
  std::vector<Node> items;  // kList: elements; kMap: values
  std::vector<Node> keys;   // kMap: keys[i] belongs to items[i]; all scalars,
                            // all different
};

// Why so much text is not read, in words; nothing if it is.
std::optional<std::string> too_large(std::string_view text);

// The only document in `text`, which must be UTF-8 without a byte order mark.
// Nothing, and at least one diagnostic, if there is no tree to go on with; a
// tree and diagnostics if parts of it had to be left out.
std::optional<Node> parse_document(std::string_view text,
                                   Diagnostics& problems);

}  // namespace tidemark
