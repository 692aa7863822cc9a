#include "harness/runtimes/v8/snapshot_meta.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "harness/base/short_text.h"

namespace tidemark {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

constexpr std::size_t kMostFields = 32;
constexpr std::size_t kMostKinds = 64;

template <class T>
Result<T> wrong(std::string_view what) {
  return fail(
      ErrorKind::kUsage,
      fmt::format("the heap snapshot does not say what it has: {}", what),
      "snapshots of Node 14 and later are read");
}

Result<std::vector<std::string>> words_of(const element& list,
                                          std::string_view name,
                                          std::size_t most) {
  using Words = std::vector<std::string>;
  array items;
  if (list.get(items))
    return wrong<Words>(fmt::format("`{}` is no list", name));
  if (items.size() == 0 || items.size() > most)
    return wrong<Words>(fmt::format("`{}` has {} entries, 1 to {} are read",
                                    name, items.size(), most));
  Words words;
  for (const element item : items) {
    std::string_view word;
    if (item.get(word))
      return wrong<Words>(fmt::format("`{}` has more than words", name));
    words.push_back(one_line(word));
  }
  return words;
}

Result<std::vector<std::string>> fields_of(const element& meta,
                                           std::string_view name) {
  element list;
  if (meta[name].get(list))
    return wrong<std::vector<std::string>>(
        fmt::format("there is no `meta.{}`", name));
  return words_of(list, name, kMostFields);
}

// The words of an enumeration: the list that stands where `field` does.
Result<std::vector<std::string>> kinds_of(const element& meta,
                                          std::string_view name,
                                          std::size_t field) {
  element list;
  if (meta[name].at(field).get(list))
    return wrong<std::vector<std::string>>(
        fmt::format("`meta.{}` has nothing for `type`", name));
  return words_of(list, name, kMostKinds);
}

struct WantedField {
  std::string_view word;
  std::uint8_t* at;
  bool needed;
};

// `count` is how many there are, each of `wanted` where it is among them.
Status place(const std::vector<std::string>& fields, std::string_view name,
             std::uint8_t& count, std::initializer_list<WantedField> wanted) {
  count = static_cast<std::uint8_t>(fields.size());
  for (const WantedField& want : wanted) {
    const auto found = std::find(fields.begin(), fields.end(), want.word);
    if (found != fields.end())
      *want.at = static_cast<std::uint8_t>(found - fields.begin());
    else if (want.needed)
      return wrong<void>(fmt::format("`{}` has no `{}`", name, want.word));
  }
  return {};
}

SnapshotNodeKind node_kind(std::string_view word) {
  constexpr std::pair<std::string_view, SnapshotNodeKind> kWords[] = {
      {"hidden", SnapshotNodeKind::kHidden},
      {"array", SnapshotNodeKind::kArray},
      {"object", SnapshotNodeKind::kObject},
      {"code", SnapshotNodeKind::kCode},
      {"closure", SnapshotNodeKind::kClosure},
      {"native", SnapshotNodeKind::kNative},
      {"synthetic", SnapshotNodeKind::kSynthetic}};
  for (const auto& [known, kind] : kWords)
    if (word == known) return kind;
  return SnapshotNodeKind::kOther;
}

EdgeKind edge_kind(std::string_view word) {
  constexpr std::pair<std::string_view, EdgeKind> kWords[] = {
      {"context", EdgeKind::kContext},   {"element", EdgeKind::kElement},
      {"property", EdgeKind::kProperty}, {"internal", EdgeKind::kInternal},
      {"hidden", EdgeKind::kHidden},     {"shortcut", EdgeKind::kShortcut},
      {"weak", EdgeKind::kWeak}};
  for (const auto& [known, kind] : kWords)
    if (word == known) return kind;
  return EdgeKind::kOther;
}

Status read_nodes(const element& meta, SnapshotMeta& into) {
  const Result<std::vector<std::string>> fields =
      fields_of(meta, "node_fields");
  TIDEMARK_TRY(fields);
  SnapshotMeta::NodeFields& node = into.node;
  TIDEMARK_TRY(place(*fields, "node_fields", node.count,
                     {{"type", &node.type, true},
                      {"name", &node.name, true},
                      {"id", &node.id, true},
                      {"self_size", &node.self_size, true},
                      {"edge_count", &node.edge_count, true},
                      {"trace_node_id", &node.trace_node, false},
                      {"detachedness", &node.detachedness, false}}));
  Result<std::vector<std::string>> kinds =
      kinds_of(meta, "node_types", node.type);
  TIDEMARK_TRY(kinds);
  for (const std::string& word : *kinds)
    into.node_kinds.push_back(node_kind(word));
  into.node_words = *std::move(kinds);
  return {};
}

Status read_edges(const element& meta, SnapshotMeta& into) {
  const Result<std::vector<std::string>> fields =
      fields_of(meta, "edge_fields");
  TIDEMARK_TRY(fields);
  SnapshotMeta::EdgeFields& edge = into.edge;
  TIDEMARK_TRY(place(*fields, "edge_fields", edge.count,
                     {{"type", &edge.type, true},
                      {"name_or_index", &edge.name, true},
                      {"to_node", &edge.to, true}}));
  const Result<std::vector<std::string>> kinds =
      kinds_of(meta, "edge_types", edge.type);
  TIDEMARK_TRY(kinds);
  for (const std::string& word : *kinds)
    into.edge_kinds.push_back(edge_kind(word));
  return {};
}

// Stacks are only told if V8 was asked to track allocations.
Status read_traces(const element& meta, SnapshotMeta& into) {
  element given;
  if (meta["trace_function_info_fields"].get(given) ||
      meta["trace_node_fields"].get(given))
    return {};
  const Result<std::vector<std::string>> of_function =
      fields_of(meta, "trace_function_info_fields");
  TIDEMARK_TRY(of_function);
  SnapshotMeta::TraceFunctionFields& function = into.trace_function;
  TIDEMARK_TRY(place(*of_function, "trace_function_info_fields", function.count,
                     {{"name", &function.name, true},
                      {"script_name", &function.script, true},
                      {"line", &function.line, true},
                      {"column", &function.column, true}}));
  const Result<std::vector<std::string>> of_node =
      fields_of(meta, "trace_node_fields");
  TIDEMARK_TRY(of_node);
  SnapshotMeta::TraceNodeFields& node = into.trace_node;
  TIDEMARK_TRY(place(
      *of_node, "trace_node_fields", node.count,
      {{"id", &node.id, true}, {"function_info_index", &node.function, true}}));
  if (of_node->back() != "children")
    return wrong<void>("`trace_node_fields` does not end with `children`");
  return {};
}

Result<std::uint32_t> count_of(const element& snapshot, std::string_view name) {
  // Numbers of objects have 32 bits, and the highest means none.
  constexpr std::uint64_t kMost = 0xfffffffe;
  std::uint64_t count = 0;
  if (snapshot[name].get(count))
    return wrong<std::uint32_t>(fmt::format("there is no `{}`", name));
  if (count > kMost)
    return wrong<std::uint32_t>(
        fmt::format("`{}` is {}, at most {} are read", name, count, kMost));
  return static_cast<std::uint32_t>(count);
}

}  // namespace

Result<SnapshotMeta> parse_snapshot_meta(std::string_view json) {
  simdjson::dom::parser parser;
  element snapshot;
  if (const auto error = parser.parse(json.data(), json.size()).get(snapshot))
    return wrong<SnapshotMeta>(fmt::format("`snapshot` is not JSON ({})",
                                           simdjson::error_message(error)));
  element meta;
  if (snapshot["meta"].get(meta))
    return wrong<SnapshotMeta>("there is no `meta`");
  SnapshotMeta result;
  TIDEMARK_TRY(read_nodes(meta, result));
  TIDEMARK_TRY(read_edges(meta, result));
  TIDEMARK_TRY(read_traces(meta, result));
  const Result<std::uint32_t> nodes = count_of(snapshot, "node_count");
  TIDEMARK_TRY(nodes);
  const Result<std::uint32_t> edges = count_of(snapshot, "edge_count");
  TIDEMARK_TRY(edges);
  result.node_count = *nodes;
  result.edge_count = *edges;
  return result;
}

}  // namespace tidemark
