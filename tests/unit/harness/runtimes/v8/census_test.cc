// Which objects are the service's own, and what they are called, on snapshots
// that are made up.
#include "harness/runtimes/v8/census.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "harness/runtimes/v8/wholes.h"
#include "tests/unit/harness/runtimes/v8/made_snapshot.h"

namespace tidemark::v8 {
namespace {

using MadeEdge = test::SmallEdge;

struct MadeNode {
  std::string type;
  std::string name;
  std::uint64_t size = 0;
  std::vector<MadeEdge> edges;
};

V8Snapshot snapshot_of(const std::vector<MadeNode>& made) {
  test::SmallSnapshot small;
  for (const MadeNode& node : made)
    small.add({node.type, node.name, 2 * small.nodes.size() + 1, node.size,
               node.edges});
  return test::made_snapshot(std::move(small));
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
  for (std::size_t i = 1; i < made.size(); ++i)
    made[0].edges.push_back({"property", "x", i});
  EXPECT_EQ(names(made),
            (Names{"-", "Session", "(object)", "function onNews", "(closure)",
                   "(string)", "(string)", "(regexp)", "(number)", "(array)",
                   "system / JSArrayBufferData", "Node / TCPWrap"}));
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
      (Names{"-", "function f", "-", "-", "Session", "-", "-"}));
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

// With whom each node is counted; ids from `young` on are of a later cycle.
std::vector<int> wholes(const std::vector<MadeNode>& made,
                        ObjectIndex young = 1000) {
  const V8Snapshot snapshot = snapshot_of(made);
  const Census census = take_census(snapshot);
  std::vector<int> all;
  for (const ObjectIndex whole :
       wholes_of(snapshot, census, [young](ObjectIndex node) {
         return CycleIndex{node < young ? 0u : 1u};
       }))
    all.push_back(whole == kNoObject ? -1 : static_cast<int>(whole));
  return all;
}

using Numbers = std::vector<int>;

TEST(WholesTest, WhatOneAloneHoldsIsAPartOfIt) {
  EXPECT_EQ(wholes({{"synthetic", "", 0, {{"property", "a", 1}}},
                    {"object", "Session", 8, {{"property", "history", 2}}},
                    {"object", "Array", 8, {{"internal", "elements", 3}}},
                    {"array", "(object elements)", 8, {{"element", "0", 4}}},
                    {"object", "Message", 8, {{"property", "text", 5}}},
                    {"string", "hello", 8, {}}}),
            (Numbers{-1, 1, 1, 1, 4, 4}));
}

TEST(WholesTest, WhatSeveralHoldIsItself) {
  EXPECT_EQ(
      wholes(
          {{"synthetic", "", 0, {{"property", "a", 1}, {"property", "b", 2}}},
           {"object", "Session", 8, {{"property", "x", 3}}},
           {"object", "Session", 8, {{"property", "x", 3}}},
           {"object", "Object", 8, {}}}),
      (Numbers{-1, 1, 2, 3}));
}

TEST(WholesTest, WhatAnOldObjectTookUpLaterIsItself) {
  EXPECT_EQ(wholes({{"synthetic", "", 0, {{"property", "a", 1}}},
                    {"object", "Server", 8, {{"property", "list", 2}}},
                    {"object", "Array", 8, {{"internal", "elements", 3}}},
                    {"array", "(object elements)", 8, {{"element", "0", 4}}},
                    {"object", "Object", 8, {}}},
                   3),
            (Numbers{-1, 1, 1, 3, 4}));
}

TEST(WholesTest, MemoryOutsideTheHeapGoesWithItsBuffer) {
  EXPECT_EQ(
      wholes({{"synthetic", "", 0, {{"property", "a", 1}}},
              {"object", "Session", 8, {{"property", "x", 2}}},
              {"object", "ArrayBuffer", 8, {{"internal", "backing_store", 3}}},
              {"native", "system / JSArrayBufferData", 4096, {}}},
             3),
      (Numbers{-1, 1, 1, 1}));
}

TEST(WholesTest, ARingHasNoWhole) {
  EXPECT_EQ(wholes({{"synthetic", "", 0, {{"property", "a", 1}}},
                    {"object", "Object", 8, {{"property", "b", 2}}},
                    {"object", "Object", 8, {{"property", "a", 1}}}}),
            (Numbers{-1, 1, 1}));
}

}  // namespace
}  // namespace tidemark::v8
