#include "harness/runtimes/jvm/dump_roots.h"

#include <gtest/gtest.h>

#include <vector>

namespace tidemark::jvm {
namespace {

// As many objects, of which none refers to another, and the last is rooted.
ObjectGraph graph_of(std::size_t objects) {
  ObjectGraph graph;
  graph.type_names = {"Cache"};
  graph.type.assign(objects, 0);
  graph.self.assign(objects, 16);
  graph.first.assign(objects + 1, 0);
  graph.roots = {
      {RootKind::kGlobal, "static A.b", static_cast<ObjectIndex>(objects - 1)}};
  return graph;
}

TEST(SoftRoots, AreOfWhatNothingElseHolds) {
  ObjectGraph graph = graph_of(4);
  // 3 holds 2; it and 2 refer softly to 2, 1 and 1; 0 is reached by none.
  graph.to = {2};
  graph.first = {0, 0, 0, 0, 1};
  add_soft_roots(graph, {{0, 1}, {2, 1}, {3, 2}, {3, 1}});
  ASSERT_EQ(graph.roots.size(), 2u);
  EXPECT_EQ(graph.roots[1].kind, RootKind::kAllocator);
  EXPECT_EQ(graph.roots[1].name, "Cache, which lets go");
  EXPECT_EQ(graph.roots[1].object, 1u);
}

// A chain against the order of the file, which one pass for each would take
// minutes for.
TEST(SoftRoots, OneMayBeReachedByWhatAnotherKeeps) {
  constexpr ObjectIndex kObjects = 200'000;
  ObjectGraph graph = graph_of(kObjects);
  std::vector<RootedReference> soft;
  for (ObjectIndex i = 1; i < kObjects; ++i) soft.push_back({i, i - 1});
  add_soft_roots(graph, soft);
  ASSERT_EQ(graph.roots.size(), kObjects);
  EXPECT_EQ(graph.roots[1].object, kObjects - 2);
  EXPECT_EQ(graph.roots.back().object, 0u);
}

}  // namespace
}  // namespace tidemark::jvm
