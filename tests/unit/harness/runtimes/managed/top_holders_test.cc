#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "harness/runtimes/managed/object_graph.h"
#include "tests/unit/harness/runtimes/managed/graph_maker.h"

namespace tidemark {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<TopHolder> top(const ObjectGraph& graph, std::size_t most = 100) {
  return top_holders(graph, dominators_of(graph), most);
}

TEST(TopHolders, AreTypesByWhatTheirObjectsKeep) {
  GraphMaker maker;
  const ObjectIndex hub = maker.object("Hub", 10);
  maker.root(RootKind::kGlobal, "static hub", hub);
  for (int i = 0; i < 3; ++i) {
    const ObjectIndex session = maker.object("Session", 20);
    maker.hold(hub, "session", session);
    maker.hold(session, "buffer", maker.object("byte[]", 1000));
  }
  EXPECT_THAT(top(maker.graph()),
              ElementsAre(TopHolder{"Hub", {1}, {10}, {3070}},
                          TopHolder{"Session", {3}, {60}, {3060}},
                          TopHolder{"byte[]", {3}, {3000}, {3000}}));
  EXPECT_THAT(top(maker.graph(), 1), SizeIs(1));
}

TEST(TopHolders, WhatAnObjectOfItsTypeHoldsCountsOnce) {
  constexpr int kNodes = 100'000;
  GraphMaker maker;
  ObjectIndex before = maker.object("Node", 2);
  maker.root(RootKind::kGlobal, "static head", before);
  for (int i = 1; i < kNodes; ++i) {
    const ObjectIndex item = maker.object("Item", 1);
    const ObjectIndex node = maker.object("Node", 2);
    maker.hold(before, "item", item);
    maker.hold(item, "next", node);
    before = node;
  }
  EXPECT_THAT(
      top(maker.graph()),
      ElementsAre(
          TopHolder{"Node", {kNodes}, {2 * kNodes}, {3 * kNodes - 1}},
          TopHolder{"Item", {kNodes - 1}, {kNodes - 1}, {3 * kNodes - 3}}));
}

TEST(TopHolders, WhatNobodyReachesKeepsNothing) {
  GraphMaker maker;
  maker.object("Lost", 100);
  EXPECT_THAT(top(maker.graph()), IsEmpty());
  maker.root(RootKind::kGlobal, "static mark", maker.object("Mark", 0));
  EXPECT_THAT(top(maker.graph()), ElementsAre(TopHolder{"Mark", {1}, {}, {}}));
}

TEST(TopHolders, OfAsMuchComeByName) {
  GraphMaker maker;
  for (const char* type : {"B", "C", "A"})
    maker.root(RootKind::kGlobal, type, maker.object(type, 8));
  EXPECT_THAT(top(maker.graph()), ElementsAre(TopHolder{"A", {1}, {8}, {8}},
                                              TopHolder{"B", {1}, {8}, {8}},
                                              TopHolder{"C", {1}, {8}, {8}}));
}

TEST(TopHolders, AreThoseOfTheDefinitionInRandomGraphs) {
  std::mt19937 random(3);
  const auto below = [&](std::uint32_t end) {
    return std::uniform_int_distribution<std::uint32_t>(0, end - 1)(random);
  };
  for (int round = 0; round < 200; ++round) {
    GraphMaker maker;
    for (int i = 0; i < 50; ++i)
      maker.object("Type" + std::to_string(below(4)), below(100));
    for (ObjectIndex i = 1; i < 50; ++i) maker.hold(below(i), "x", i);
    for (int i = 0; i < 20; ++i) maker.hold(below(50), "x", below(50));
    maker.root(RootKind::kGlobal, "static x", 0);
    maker.root(RootKind::kGlobal, "static y", below(50));
    const ObjectGraph graph = maker.graph();
    const Dominators dominators = dominators_of(graph);
    for (const TopHolder& row : top_holders(graph, dominators, 100)) {
      TopHolder right{row.type, {}, {}, {}};
      for (ObjectIndex i = 0; i < 50; ++i) {
        const auto is_it = [&](ObjectIndex object) {
          return graph.type_names[graph.type[object]] == row.type;
        };
        if (is_it(i)) {
          right.objects.value += 1;
          right.self.value += graph.self[i];
        }
        bool kept = false;
        for (ObjectIndex at = i; at != kNoObject; at = dominators.parent[at])
          kept = kept || is_it(at);
        if (kept) right.retained.value += graph.self[i];
      }
      ASSERT_EQ(row, right) << round;
    }
  }
}

}  // namespace
}  // namespace tidemark
