// Small heap snapshots as V8 writes them, for tests.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::test {

// Where a field of a node stands, and whether it does, differs between
// versions of V8.
enum class NodeForm {
  kNode14,  // no detachedness
  kNode20,
  kNode24,  // no trace_node_id unless allocations are tracked
};

struct SmallEdge {
  std::string type;  // "property"
  std::string name;  // a number if it is an element or hidden
  std::size_t to = 0;
};

struct SmallNode {
  std::string type;  // "object"
  std::string name;
  std::uint64_t id = 0;
  std::uint64_t self = 0;
  std::vector<SmallEdge> edges;
  std::uint32_t trace = 0;
  std::uint32_t detached = 0;
};

class SmallSnapshot {
 public:
  explicit SmallSnapshot(NodeForm form = NodeForm::kNode20) : form_(form) {}

  std::vector<SmallNode> nodes;
  // As they stand in the file.
  std::string trace_functions;
  std::string trace_tree;

  std::size_t add(SmallNode node) {
    nodes.push_back(std::move(node));
    return nodes.size() - 1;
  }

  std::uint32_t string(const std::string& text) {
    const auto [known, fresh] =
        strings_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (fresh) texts_.push_back(text);
    return known->second;
  }

  std::string text() {
    std::string all_nodes;
    std::string all_edges;
    std::size_t edges = 0;
    for (const SmallNode& node : nodes) {
      all_nodes += all_nodes.empty() ? "" : "\n,";
      all_nodes +=
          fmt::format("{},{},{},{},{}", number_of(kNodeTypes, node.type),
                      string(node.name), node.id, node.self, node.edges.size());
      if (form_ != NodeForm::kNode24)
        all_nodes += fmt::format(",{}", node.trace);
      if (form_ != NodeForm::kNode14)
        all_nodes += fmt::format(",{}", node.detached);
      for (const SmallEdge& edge : node.edges) {
        const bool by_number = edge.type == "element" || edge.type == "hidden";
        all_edges += all_edges.empty() ? "" : "\n,";
        all_edges += fmt::format(
            "{},{},{}", number_of(kEdgeTypes, edge.type),
            by_number ? edge.name : std::to_string(string(edge.name)),
            edge.to * fields());
        ++edges;
      }
    }
    std::string all_strings;
    for (const std::string& each : texts_)
      all_strings += (all_strings.empty() ? "\"" : ",\n\"") + each + "\"";
    return fmt::format(
        "{{\"snapshot\":{{\"meta\":{{\"node_fields\":[\"type\",\"name\",\"id\","
        "\"self_size\",\"edge_count\"{}{}],\"node_types\":[[{}],\"string\","
        "\"number\",\"number\",\"number\",\"number\",\"number\"],"
        "\"edge_fields\":[\"type\",\"name_or_index\",\"to_node\"],"
        "\"edge_types\":[[{}],\"string_or_number\",\"node\"],"
        "\"trace_function_info_fields\":[\"function_id\",\"name\","
        "\"script_name\",\"script_id\",\"line\",\"column\"],"
        "\"trace_node_fields\":[\"id\",\"function_info_index\",\"count\","
        "\"size\",\"children\"],\"sample_fields\":[\"timestamp_us\","
        "\"last_assigned_id\"],\"location_fields\":[\"object_index\","
        "\"script_id\",\"line\",\"column\"]}},\"node_count\":{},"
        "\"edge_count\":{},\"trace_function_count\":0}},\n\"nodes\":[{}\n],\n"
        "\"edges\":[{}\n],\n\"trace_function_infos\":[{}],\n"
        "\"trace_tree\":[{}],\n\"samples\":[],\n"
        "\"locations\":[7,1,0,0\n,14,1,2,3],\n\"strings\":[{}]}}\n",
        form_ == NodeForm::kNode24 ? "" : ",\"trace_node_id\"",
        form_ == NodeForm::kNode14 ? "" : ",\"detachedness\"",
        quoted(kNodeTypes), quoted(kEdgeTypes), nodes.size(), edges, all_nodes,
        all_edges, trace_functions, trace_tree, all_strings);
  }

 private:
  using Words = std::vector<std::string>;
  static inline const Words kNodeTypes = {"hidden",
                                          "array",
                                          "string",
                                          "object",
                                          "code",
                                          "closure",
                                          "regexp",
                                          "number",
                                          "native",
                                          "synthetic",
                                          "concatenated string",
                                          "sliced string",
                                          "symbol",
                                          "bigint",
                                          "object shape"};
  static inline const Words kEdgeTypes = {"context",  "element", "property",
                                          "internal", "hidden",  "shortcut",
                                          "weak"};

  std::size_t fields() const { return form_ == NodeForm::kNode20 ? 7 : 6; }

  static std::size_t number_of(const Words& words, const std::string& word) {
    for (std::size_t i = 0; i < words.size(); ++i)
      if (words[i] == word) return i;
    return words.size();
  }

  static std::string quoted(const Words& words) {
    std::string all;
    for (const std::string& word : words)
      all += (all.empty() ? "\"" : ",\"") + word + "\"";
    return all;
  }

  NodeForm form_;
  std::map<std::string, std::uint32_t> strings_ = {{"<dummy>", 0}};
  std::vector<std::string> texts_ = {"<dummy>"};
};

// A chat server: global.rooms is a Map of sessions, a closure's context has
// more of them, a WeakMap says something of one.
inline SmallSnapshot chat(NodeForm form = NodeForm::kNode20) {
  SmallSnapshot chat(form);
  const std::string pair =
      "3 / part of key (Object @25) -> value (Session @27) pair in WeakMap "
      "(table @23)";
  chat.nodes = {
      /* 0 */ {
          "synthetic",
          "",
          1,
          0,
          {{"element", "1", 1}, {"shortcut", "2", 5}, {"element", "3", 19}}},
      /* 1 */
      {"synthetic",
       "(GC roots)",
       3,
       0,
       {{"element", "1", 2}, {"element", "2", 3}, {"element", "3", 4}}},
      /* 2 */
      {"synthetic", "(Internalized strings)", 5, 0, {{"internal", "1", 9}}},
      /* 3 */
      {"synthetic",
       "(Read-only roots)",
       7,
       0,
       {{"internal", "undefined_value", 10}}},
      /* 4 */ {"synthetic", "(Global handles)", 9, 0, {{"internal", "1", 11}}},
      /* 5 */
      {"object",
       "global",
       11,
       40,
       {{"property", "rooms", 6},
        {"property", "global", 5},
        {"property", "tags", 16}}},
      /* 6 */ {"object", "Map", 13, 32, {{"internal", "table", 7}}},
      /* 7 */
      {"array",
       "",
       15,
       96,
       {{"internal", "3", 8}, {"internal", "5", 17}, {"weak", "7", 14}}},
      /* 8 */
      {"object",
       "Session",
       17,
       48,
       {{"property", "name", 9}, {"internal", "map", 10}}},
      /* 9 */ {"string", "ann", 19, 24, {}},
      /* 10 */ {"hidden", "system / Oddball", 21, 40, {}},
      /* 11 */
      {"closure",
       "onMessage",
       31,
       64,
       {{"internal", "context", 12}, {"shortcut", "bound_this", 14}}},
      /* 12 */
      {"object",
       "system / Context",
       33,
       48,
       {{"context", "late", 14}, {"context", "notes", 13}}},
      /* 13 */ {"object", "WeakMap", 35, 32, {{"internal", "table", 15}}},
      /* 14 */ {"object", "Session", 37, 48, {{"hidden", "4", 10}}},
      /* 15 */
      {"array", "", 23, 104, {{"weak", "2", 16}, {"internal", pair, 18}}},
      /* 16 */ {"object", "Object", 25, 32, {{"internal", pair, 18}}},
      /* 17 */ {"object", "Session", 39, 48, {}},
      /* 18 */ {"object", "Session", 27, 48, {}},
      /* 19 */ {"synthetic", "Node / Environment", 1024, 0, {}}};
  return chat;
}

}  // namespace tidemark::test
