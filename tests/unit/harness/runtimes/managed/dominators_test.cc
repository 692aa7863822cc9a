#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "harness/runtimes/managed/object_graph.h"
#include "tests/unit/harness/runtimes/managed/graph_maker.h"

namespace tidemark {
namespace {

using Objects = std::vector<ObjectIndex>;

// What the roots reach if `without` is not there.
std::vector<bool> reached(const ObjectGraph& graph, ObjectIndex without) {
  std::vector<bool> reached(graph.objects());
  Objects queue;
  const auto take = [&](ObjectIndex object) {
    if (object == without || reached[object]) return;
    reached[object] = true;
    queue.push_back(object);
  };
  for (const GraphRoot& root : graph.roots) take(root.object);
  for (std::size_t i = 0; i < queue.size(); ++i)
    for (std::uint32_t edge = graph.first[queue[i]];
         edge < graph.first[queue[i] + 1]; ++edge)
      take(graph.to[edge]);
  return reached;
}

// By the definition: what is lost without an object is what it dominates.
Dominators by_definition(const ObjectGraph& graph) {
  const auto all = static_cast<ObjectIndex>(graph.objects());
  Dominators result;
  result.parent.assign(all, kNoObject);
  result.retained.resize(all);
  result.reached = reached(graph, kNoObject);
  std::vector<int> dominators(all);
  std::vector<std::vector<bool>> lost(all);
  for (ObjectIndex i = 0; i < all; ++i) {
    lost[i] = reached(graph, i);
    for (ObjectIndex j = 0; j < all; ++j) {
      lost[i][j] = result.reached[j] && !lost[i][j];
      dominators[j] += lost[i][j];
      if (lost[i][j]) result.retained[i] += graph.self[j];
    }
  }
  // The nearest is that which itself is dominated by most.
  for (ObjectIndex i = 0; i < all; ++i)
    for (ObjectIndex j = 0; j < all; ++j)
      if (i != j && lost[i][j] &&
          (result.parent[j] == kNoObject ||
           dominators[i] > dominators[result.parent[j]]))
        result.parent[j] = i;
  return result;
}

void expect_right(const ObjectGraph& graph) {
  const Dominators found = dominators_of(graph);
  const Dominators right = by_definition(graph);
  EXPECT_EQ(found.parent, right.parent);
  EXPECT_EQ(found.retained, right.retained);
  EXPECT_EQ(found.reached, right.reached);
}

TEST(Dominators, ADiamondHasItsTopAsDominator) {
  GraphMaker maker;
  const ObjectIndex top = maker.object("Top", 1);
  const ObjectIndex left = maker.object("Side", 2);
  const ObjectIndex right = maker.object("Side", 4);
  const ObjectIndex end = maker.object("End", 8);
  const ObjectIndex under = maker.object("Under", 16);
  maker.hold(top, "left", left);
  maker.hold(top, "right", right);
  maker.hold(left, "end", end);
  maker.hold(right, "end", end);
  maker.hold(end, "under", under);
  maker.root(RootKind::kGlobal, "static top", top);
  const Dominators found = dominators_of(maker.graph());
  EXPECT_EQ(found.parent, (Objects{kNoObject, top, top, top, end}));
  EXPECT_EQ(found.retained, (std::vector<std::uint64_t>{31, 2, 4, 24, 16}));
}

TEST(Dominators, WhatTwoRootsHoldHasNone) {
  GraphMaker maker;
  const ObjectIndex a = maker.object("A", 1);
  const ObjectIndex b = maker.object("B", 2);
  const ObjectIndex both = maker.object("Both", 4);
  maker.hold(a, "x", both);
  maker.hold(b, "x", both);
  maker.root(RootKind::kGlobal, "static a", a);
  maker.root(RootKind::kStack, "thread main", b);
  const Dominators found = dominators_of(maker.graph());
  EXPECT_EQ(found.parent, (Objects{kNoObject, kNoObject, kNoObject}));
  EXPECT_EQ(found.retained, (std::vector<std::uint64_t>{1, 2, 4}));
}

TEST(Dominators, ARootInTheMiddleOfAChainEndsIt) {
  GraphMaker maker;
  Objects chain;
  for (int i = 0; i < 4; ++i) chain.push_back(maker.object("Node", 1));
  for (int i = 0; i < 3; ++i) maker.hold(chain[i], "next", chain[i + 1]);
  maker.root(RootKind::kGlobal, "static head", chain[0]);
  maker.root(RootKind::kStack, "thread main", chain[2]);
  const Dominators found = dominators_of(maker.graph());
  EXPECT_EQ(found.parent, (Objects{kNoObject, 0, kNoObject, 2}));
  EXPECT_EQ(found.retained, (std::vector<std::uint64_t>{2, 1, 2, 1}));
}

TEST(Dominators, WhatNoRootReachesKeepsNothing) {
  GraphMaker maker;
  const ObjectIndex held = maker.object("Held", 0);
  const ObjectIndex lost = maker.object("Lost", 8);
  maker.hold(lost, "x", held);
  maker.hold(lost, "x", lost);
  maker.root(RootKind::kGlobal, "static held", held);
  const Dominators found = dominators_of(maker.graph());
  EXPECT_EQ(found.parent, (Objects{kNoObject, kNoObject}));
  EXPECT_EQ(found.retained, (std::vector<std::uint64_t>{0, 0}));
  EXPECT_EQ(found.reached, (std::vector<bool>{true, false}));
}

TEST(Dominators, ThereMayBeNoObjectsAndNoRoots) {
  GraphMaker maker;
  EXPECT_TRUE(dominators_of(maker.graph()).parent.empty());
  maker.object("Lost");
  EXPECT_EQ(dominators_of(maker.graph()).parent, (Objects{kNoObject}));
}

TEST(Dominators, AreThoseOfTheDefinitionInRandomGraphs) {
  std::mt19937 random(20240607);
  const auto below = [&](std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
  };
  for (int round = 0; round < 600; ++round) {
    GraphMaker maker;
    const std::size_t all = 1 + below(40);
    for (std::size_t i = 0; i < all; ++i)
      maker.object("Type" + std::to_string(below(3)),
                   static_cast<std::uint32_t>(below(100)));
    // From trees with some more references to dense graphs; with cycles,
    // references to itself and to one object twice.
    if (round % 2 == 0)
      for (std::size_t i = 1; i < all; ++i)
        maker.hold(
            static_cast<ObjectIndex>(
                below(4) == 0 ? below(i)
                              : i - 1 - below(std::min<std::size_t>(i, 3))),
            "child", static_cast<ObjectIndex>(i));
    for (std::size_t i = below(all * (1 + round % 4)) + 1; i-- > 0;)
      maker.hold(static_cast<ObjectIndex>(below(all)), "x",
                 static_cast<ObjectIndex>(below(all)));
    for (std::size_t i = below(4) + (round % 2 == 0); i-- > 0;)
      maker.root(RootKind::kGlobal, "static x",
                 static_cast<ObjectIndex>(i == 0 ? 0 : below(all)));
    SCOPED_TRACE(round);
    expect_right(maker.graph());
    if (HasFailure()) return;
  }
}

// Without recursion, and not in the square of its length: each item of a long
// list is known elsewhere, too.
TEST(Dominators, ALongListWhoseItemsAreInATableIsDoneSoon) {
  constexpr ObjectIndex kNodes = 300'000;
  ObjectGraph graph;
  graph.type_names = {"List", "Item[]", "Node", "Item"};
  // List, table, nodes, items.
  const ObjectIndex nodes = 2, items = nodes + kNodes, all = items + kNodes;
  graph.self.assign(all, 1);
  graph.type.assign(all, 2);
  graph.first = {0};
  const auto done = [&] {
    graph.first.push_back(static_cast<std::uint32_t>(graph.to.size()));
  };
  graph.to.push_back(nodes);
  done();
  for (ObjectIndex i = 0; i < kNodes; ++i) graph.to.push_back(items + i);
  done();
  for (ObjectIndex i = 0; i < kNodes; ++i) {
    if (i + 1 < kNodes) graph.to.push_back(nodes + i + 1);
    graph.to.push_back(items + i);
    done();
  }
  for (ObjectIndex i = 0; i < kNodes; ++i) {
    graph.to.push_back(nodes);  // and back, from each
    done();
  }
  graph.roots = {{RootKind::kGlobal, "static list", 0},
                 {RootKind::kGlobal, "static table", 1}};
  const Dominators found = dominators_of(graph);
  for (ObjectIndex i = 0; i < kNodes; ++i) {
    ASSERT_EQ(found.parent[nodes + i], i == 0 ? kNoObject : nodes + i - 1);
    ASSERT_EQ(found.parent[items + i], kNoObject);
    ASSERT_EQ(found.retained[nodes + i], kNodes - i);
  }
}

}  // namespace
}  // namespace tidemark
