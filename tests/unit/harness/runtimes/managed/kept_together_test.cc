#include "harness/runtimes/managed/kept_together.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/harness/runtimes/managed/graph_maker.h"

namespace tidemark {
namespace {

TEST(KeptTogether, CountsWhatOneKeepsForAnotherOnce) {
  GraphMaker maker;
  for (std::uint32_t i = 0; i < 4; ++i) maker.object("Node", 1u << i);
  for (ObjectIndex i = 1; i < 4; ++i) maker.hold(i - 1, "next", i);
  maker.root(RootKind::kGlobal, "static head", 0);
  const Dominators dominators = dominators_of(maker.graph());
  KeptTogether kept(dominators);
  EXPECT_EQ(kept.bytes(std::vector<ObjectIndex>{3, 1}), Bytes{14});
  EXPECT_EQ(kept.bytes(std::vector<ObjectIndex>{2}), Bytes{12});
  EXPECT_EQ(kept.bytes(std::vector<ObjectIndex>{0, 1, 2, 3}), Bytes{15});
  EXPECT_EQ(kept.bytes({}), Bytes{});
}

TEST(KeptTogether, IsWhatTheDefinitionSaysInRandomGraphs) {
  std::mt19937 random(11);
  const auto below = [&](std::uint32_t end) {
    return std::uniform_int_distribution<std::uint32_t>(0, end - 1)(random);
  };
  for (int round = 0; round < 100; ++round) {
    GraphMaker maker;
    for (int i = 0; i < 60; ++i) maker.object("Type", below(100));
    for (ObjectIndex i = 1; i < 60; ++i)
      maker.hold(i - 1 - below(std::min(i, 4u)), "x", i);
    for (int i = 0; i < 10; ++i) maker.hold(below(60), "x", below(60));
    maker.root(RootKind::kGlobal, "static x", 0);
    const ObjectGraph graph = maker.graph();
    const Dominators dominators = dominators_of(graph);
    KeptTogether kept(dominators);
    for (int question = 0; question < 20; ++question) {
      std::vector<bool> asked(60);
      std::vector<ObjectIndex> objects;
      for (std::uint32_t i = below(20); i > 0; --i) {
        const ObjectIndex object = below(60);
        if (!asked[object]) objects.push_back(object);
        asked[object] = true;
      }
      Bytes right;
      for (ObjectIndex i = 0; i < 60; ++i)
        for (ObjectIndex at = i; at != kNoObject; at = dominators.parent[at])
          if (asked[at]) {
            right.value += graph.self[i];
            break;
          }
      ASSERT_EQ(kept.bytes(objects), right) << round;
    }
  }
}

}  // namespace
}  // namespace tidemark
