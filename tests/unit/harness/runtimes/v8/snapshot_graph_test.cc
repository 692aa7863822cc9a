#include "harness/runtimes/v8/snapshot_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "tests/unit/harness/runtimes/v8/made_snapshot.h"

namespace tidemark {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

SnapshotGraph graph_of(test::SmallSnapshot small) {
  return snapshot_graph(test::made_snapshot(std::move(small)));
}

// "global global.rooms -> Map -[]-> Session"
std::string words_of(const NamedPath& path) {
  std::string text = fmt::format("{}", path.root_name);
  for (const NamedHolder& holder : path.holders)
    text += fmt::format(" -{}-> {}", holder.member, holder.type);
  return text;
}

NamedRetention who_holds_sessions(const SnapshotGraph& all) {
  const ObjectGraph& graph = all.graph;
  const Dominators dominators = dominators_of(graph);
  const Wanted is_session = [&graph](ObjectIndex object) {
    return graph.type_names[graph.type[object]] == "Session";
  };
  std::vector<NamedRetention> held =
      who_holds(graph, dominators, std::span(&is_session, 1), 20);
  EXPECT_THAT(held, SizeIs(1));
  fold_middlemen(held.at(0));
  return held.at(0);
}

TEST(SnapshotGraph, RootsByTheirNames) {
  const SnapshotGraph graph = graph_of(test::chat());
  EXPECT_THAT(
      graph.graph.roots,
      ElementsAre(
          GraphRoot{RootKind::kAllocator, "V8, (Read-only roots)", 10},
          GraphRoot{RootKind::kGlobal, "native code, (Global handles)", 11},
          GraphRoot{RootKind::kGlobal, "global.rooms", 6},
          GraphRoot{RootKind::kGlobal, "global.tags", 16},
          GraphRoot{RootKind::kGlobal, "global", 5},
          GraphRoot{RootKind::kGlobal, "Node / Environment", 19}));
}

TEST(SnapshotGraph, WaysAsPeopleKnowThem) {
  const NamedRetention held = who_holds_sessions(graph_of(test::chat()));
  EXPECT_EQ(held.objects, Count{4});
  EXPECT_EQ(held.unreachable, Count{});
  std::vector<std::string> ways;
  for (const NamedPath& path : held.paths) ways.push_back(words_of(path));
  EXPECT_THAT(
      ways,
      ElementsAre("global.rooms --> Map -[]-> Session",
                  "global.tags --> Object -[in a WeakMap]-> Session",
                  "native code, (Global handles) --> function onMessage -late "
                  "(variable)-> Session"));
  EXPECT_EQ(held.paths[0].objects, Count{2});
}

TEST(SnapshotGraph, AWeakMapsTableHoldsNoValue) {
  test::SmallSnapshot small = test::chat();
  // Without the key's own reference, nobody holds the value.
  small.nodes[16].edges.clear();
  EXPECT_EQ(who_holds_sessions(graph_of(small)).unreachable, Count{1});
}

TEST(SnapshotGraph, WhatV8HoldsForItselfNeedsNoReferences) {
  const SnapshotGraph graph = graph_of(test::chat());
  EXPECT_THAT(graph.graph.to, Not(Contains(10u)));
  EXPECT_EQ(graph.graph.first.back(), graph.graph.to.size());
  EXPECT_EQ(graph.id[18], 27u);
  EXPECT_EQ(graph.graph.self[6], 32u);
}

NamedPath path_of(std::vector<NamedHolder> holders, std::int64_t objects) {
  NamedPath path;
  path.root_name = "global.x";
  path.holders = std::move(holders);
  path.objects = Count{objects};
  path.bytes = Bytes{objects * 10};
  path.retained = Bytes{objects * 100};
  path.share = 0.25;
  return path;
}

TEST(SnapshotGraph, PathsThatAreAlikeWithoutMiddlemenAreOne) {
  NamedRetention held;
  held.paths = {
      path_of({{"Map", "", Bytes{32}}, {"Session", "a", Bytes{8}}}, 1),
      path_of({{"Map", "", Bytes{32}},
               {"(array)", "table", Bytes{96}},
               {"Session", "[]", Bytes{8}}},
              2),
      path_of({{"Map", "", Bytes{32}},
               {"(system)", "table", Bytes{16}},
               {"(array)", "", Bytes{16}},
               {"Session", "[]", Bytes{8}}},
              3)};
  fold_middlemen(held);
  ASSERT_THAT(held.paths, SizeIs(2));
  EXPECT_EQ(words_of(held.paths[0]), "global.x --> Map -[]-> Session");
  EXPECT_EQ(held.paths[0].objects, Count{5});
  EXPECT_EQ(held.paths[0].bytes, Bytes{50});
  EXPECT_EQ(held.paths[0].retained, Bytes{500});
  EXPECT_DOUBLE_EQ(held.paths[0].share, 0.5);
  EXPECT_EQ(words_of(held.paths[1]), "global.x --> Map -a-> Session");
}

TEST(SnapshotGraph, TheLastHolderIsToldWhateverItIs) {
  NamedRetention held;
  held.paths = {
      path_of({{"Map", "", Bytes{32}}, {"(array)", "table", Bytes{96}}}, 1)};
  fold_middlemen(held);
  EXPECT_EQ(words_of(held.paths[0]), "global.x --> Map -table-> (array)");
}

TEST(SnapshotGraph, ASnapshotOfNothing) {
  test::SmallSnapshot small;
  small.add({"synthetic", "", 1, 0, {}});
  const SnapshotGraph graph = graph_of(small);
  EXPECT_THAT(graph.graph.roots, IsEmpty());
  EXPECT_EQ(dominators_of(graph.graph).parent.size(), 1u);
}

}  // namespace
}  // namespace tidemark
