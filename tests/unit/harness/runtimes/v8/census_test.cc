// Which objects are the service's own, and what they are called, on snapshots
// that are made up.
#include "harness/runtimes/v8/census.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/runtimes/v8/snapshot_parser.h"

namespace tidemark::v8 {
namespace {

constexpr const char* kTypes[] = {"hidden",       "array",
                                  "string",       "object",
                                  "code",         "closure",
                                  "regexp",       "number",
                                  "native",       "synthetic",
                                  "symbol",       "bigint",
                                  "object shape", "concatenated string"};
constexpr const char* kEdges[] = {"context", "element",  "property", "internal",
                                  "hidden",  "shortcut", "weak"};

struct MadeEdge {
  std::string type;
  std::string name;
  int to = 0;
};

struct MadeNode {
  std::string type;
  std::string name;
  int size = 0;
  std::vector<MadeEdge> edges;
};

template <std::size_t N>
std::size_t number_in(const char* const (&words)[N], const std::string& word) {
  return static_cast<std::size_t>(
      std::find(std::begin(words), std::end(words), word) - std::begin(words));
}

V8Snapshot snapshot_of(const std::vector<MadeNode>& made) {
  std::vector<std::string> strings;
  const auto text = [&strings](const std::string& word) {
    const auto known = std::find(strings.begin(), strings.end(), word);
    if (known != strings.end()) return known - strings.begin();
    strings.push_back(word);
    return static_cast<std::ptrdiff_t>(strings.size()) - 1;
  };
  std::vector<std::string> nodes, edges;
  int id = 1;
  for (const MadeNode& node : made) {
    nodes.push_back(fmt::format("{},{},{},{},{}", number_in(kTypes, node.type),
                                text(node.name), id, node.size,
                                node.edges.size()));
    id += 2;
    for (const MadeEdge& edge : node.edges)
      edges.push_back(fmt::format("{},{},{}", number_in(kEdges, edge.type),
                                  text(edge.name), edge.to * 5));
  }
  const std::string json = fmt::format(
      R"({{"snapshot":{{"meta":{{"node_fields":["type","name","id","self_size",)"
      R"("edge_count"],"node_types":[["{}"],"string","number","number",)"
      R"("number"],"edge_fields":["type","name_or_index","to_node"],)"
      R"("edge_types":[["{}"],"string_or_number","node"]}},"node_count":{},)"
      R"("edge_count":{}}},"nodes":[{}],"edges":[{}],"strings":["{}"]}})",
      fmt::join(kTypes, R"(",")"), fmt::join(kEdges, R"(",")"), made.size(),
      edges.size(), fmt::join(nodes, ","), fmt::join(edges, ","),
      fmt::join(strings, R"(",")"));
  SnapshotParser parser;
  EXPECT_TRUE(parser.feed(json));
  Result<V8Snapshot> snapshot = parser.finish();
  EXPECT_TRUE(snapshot) << snapshot.error().message;
  return snapshot ? *std::move(snapshot) : V8Snapshot{};
}

// What each node is called; "-": V8's own.
std::vector<std::string> names(const std::vector<MadeNode>& made) {
  const Census census = take_census(snapshot_of(made));
  std::vector<std::string> all;
  for (const std::uint32_t number : census.of_node)
    all.push_back(number == Census::kNone ? "-" : census.classes[number].name);
  return all;
}

using Names = std::vector<std::string>;

TEST(CensusTest, KindsHaveTheirNames) {
  std::vector<MadeNode> made = {{"synthetic", "", 0, {}},
                                {"object", "Session", 8, {}},
                                {"object", "", 8, {}},
                                {"closure", "onNews", 8, {}},
                                {"closure", "", 8, {}},
                                {"string", "some text", 8, {}},
                                {"concatenated string", "some", 8, {}},
                                {"regexp", "a+", 8, {}},
                                {"number", "heap number", 8, {}},
                                {"array", "", 8, {}},
                                {"native", "system / JSArrayBufferData", 8, {}},
                                {"native", "Node / TCPWrap", 8, {}}};
  for (int i = 1; i < static_cast<int>(made.size()); ++i)
    made[0].edges.push_back({"property", "x", i});
  EXPECT_EQ(names(made),
            (Names{"-", "Session", "(anonymous class)", "onNews (closure)",
                   "(closure)", "string", "string", "RegExp", "number",
                   "(array)", "ArrayBuffer data", "TCPWrap (native)"}));
  const Census census = take_census(snapshot_of(made));
  EXPECT_TRUE(census.classes[census.of_node[10]].native);
  EXPECT_FALSE(census.classes[census.of_node[1]].native);
}

TEST(CensusTest, WhatOnlyCodeOrAShapeHoldsIsV8s) {
  EXPECT_EQ(
      names({{"synthetic", "", 0, {{"property", "a", 1}, {"property", "b", 4}}},
             {"closure", "f", 8, {{"internal", "shared", 2}}},
             {"code", "f", 8, {{"internal", "constants", 3}}},
             {"array", "", 8, {}},
             {"object", "Session", 8, {{"internal", "map", 5}}},
             {"object shape",
              "system / Map",
              8,
              {{"internal", "constructor", 6}}},
             {"object", "Boilerplate", 8, {}}}),
      (Names{"-", "f (closure)", "-", "-", "Session", "-", "-"}));
}

TEST(CensusTest, WhatHiddenNodesHoldIsTheServicesAndTheyAreNot) {
  EXPECT_EQ(
      names({{"synthetic", "", 0, {{"property", "a", 1}}},
             {"hidden", "system / PropertyCell", 8, {{"internal", "value", 2}}},
             {"object", "Session", 8, {}}}),
      (Names{"-", "-", "Session"}));
}

TEST(CensusTest, WhatV8sCachesHoldIsV8s) {
  EXPECT_EQ(
      names({{"synthetic", "", 0, {{"element", "1", 1}, {"element", "2", 2}}},
             {"synthetic", "(Compilation cache)", 0, {{"element", "1", 3}}},
             {"synthetic", "(Global handles)", 0, {{"element", "1", 4}}},
             {"array", "", 8, {}},
             {"object", "Session", 8, {}}}),
      (Names{"-", "-", "-", "-", "Session"}));
}

TEST(CensusTest, PartsHaveTheNameOfWhatTheyArePartOf) {
  EXPECT_EQ(
      names(
          {{"synthetic",
            "",
            0,
            {{"property", "a", 1}, {"property", "b", 3}, {"property", "c", 5}}},
           {"object", "Map", 8, {{"internal", "table", 2}}},
           {"array", "", 8, {}},
           {"object", "Array", 8, {{"internal", "elements", 4}}},
           {"array", "(object elements)", 8, {}},
           {"object", "Session", 8, {{"internal", "properties", 6}}},
           {"hidden", "system / PropertyArray", 8, {}}}),
      (Names{"-", "Map", "Map table", "Array", "Array elements", "Session",
             "Session properties"}));
}

TEST(CensusTest, NothingElseIsLeftOutOfTheSums) {
  const Census census =
      take_census(snapshot_of({{"synthetic", "", 0, {{"property", "a", 1}}},
                               {"closure", "f", 8, {{"internal", "code", 2}}},
                               {"code", "f", 100, {}},
                               {"object", "nobody's", 16, {}}}));
  EXPECT_EQ(census.left_out, Bytes{116});
}

TEST(CensusTest, WorkerThreadsAreCounted) {
  EXPECT_EQ(
      take_census(snapshot_of({{"synthetic", "", 0, {{"element", "1", 1}}},
                               {"synthetic", "Node / Worker", 0, {}}}))
          .workers,
      Count{1});
}

TEST(CensusTest, AnEmptySnapshotHasNothing) {
  EXPECT_TRUE(take_census(V8Snapshot{}).of_node.empty());
}

}  // namespace
}  // namespace tidemark::v8
