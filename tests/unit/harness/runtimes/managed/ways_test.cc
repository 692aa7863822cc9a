#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "harness/runtimes/managed/object_graph.h"
#include "tests/unit/harness/runtimes/managed/graph_maker.h"

namespace tidemark {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Wanted of_type(const ObjectGraph& graph, const std::string& type) {
  return [&graph, type](ObjectIndex object) {
    return graph.type_names[graph.type[object]] == type;
  };
}

NamedRetention who_holds_type(const ObjectGraph& graph, const std::string& type,
                              std::size_t most_paths = 16) {
  const std::vector<Wanted> questions{of_type(graph, type)};
  return who_holds(graph, dominators_of(graph), questions, most_paths).at(0);
}

// "global static hub > Hub > .rooms HashMap ×2 > …"
std::string words(const NamedPath& path) {
  std::string text = path.root_name;
  for (const NamedHolder& holder : path.holders) {
    text += " > ";
    if (!holder.member.empty()) text += "." + holder.member + " ";
    text += holder.type;
    if (holder.repeated > 1) text += " x" + std::to_string(holder.repeated);
  }
  return text;
}

std::vector<std::string> words(const NamedRetention& retention) {
  std::vector<std::string> all;
  for (const NamedPath& path : retention.paths) all.push_back(words(path));
  return all;
}

// A map of java.util with one value for each key, in chains of `chain`.
ObjectIndex map_of(GraphMaker& maker, const std::vector<ObjectIndex>& values,
                   std::size_t chain) {
  const ObjectIndex map = maker.object("HashMap", 48);
  const ObjectIndex table = maker.object("Node[]", 80);
  maker.hold(map, "table", table);
  ObjectIndex before = table;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ObjectIndex node = maker.object("Node", 32);
    maker.hold(i % chain == 0 ? table : before, i % chain == 0 ? "[]" : "next",
               node);
    const ObjectIndex key = maker.object("String", 24);
    maker.hold(node, "key", key);
    maker.hold(node, "value", values[i]);
    before = node;
  }
  return map;
}

std::vector<ObjectIndex> objects(GraphMaker& maker, const std::string& type,
                                 std::size_t count, std::uint32_t bytes = 16) {
  std::vector<ObjectIndex> objects;
  for (std::size_t i = 0; i < count; ++i)
    objects.push_back(maker.object(type, bytes));
  return objects;
}

TEST(Ways, GoFromTheRootToTheObjectInQuestion) {
  GraphMaker maker;
  const ObjectIndex hub = maker.object("Hub", 24);
  const ObjectIndex room = maker.object("Room", 40);
  const ObjectIndex session = maker.object("Session", 64);
  const ObjectIndex buffer = maker.object("byte[]", 4096);
  maker.hold(hub, "room", room);
  maker.hold(room, "guest", session);
  maker.hold(session, "buffer", buffer);
  maker.root(RootKind::kStack, "thread main in Server.run", hub);
  const NamedRetention found = who_holds_type(maker.graph(), "Session");
  NamedRetention right;
  right.objects = {1};
  right.bytes = {64};
  NamedPath path;
  path.root = RootKind::kStack;
  path.root_name = "thread main in Server.run";
  path.holders = {{"Hub", "", Bytes{24}, 1},
                  {"Room", "room", Bytes{40}, 1},
                  {"Session", "guest", Bytes{64}, 1}};
  path.objects = {1};
  path.bytes = {64};
  path.retained = {64 + 4096};
  path.share = 1;
  right.paths = {path};
  EXPECT_EQ(found, right);
}

TEST(Ways, ThatAreAlikeAreOne) {
  GraphMaker maker;
  const ObjectIndex list = maker.object("ArrayList");
  const ObjectIndex array = maker.object("Object[]", 400);
  maker.root(RootKind::kGlobal, "static Hub.sessions", list);
  maker.hold(list, "elementData", array);
  for (const ObjectIndex session : objects(maker, "Session", 100, 10))
    maker.hold(array, "[]", session);
  const NamedRetention found = who_holds_type(maker.graph(), "Session");
  EXPECT_THAT(words(found),
              ElementsAre("static Hub.sessions > ArrayList > .elementData "
                          "Object[] > .[] Session"));
  EXPECT_EQ(found.paths[0].objects, Count{100});
  EXPECT_EQ(found.paths[0].bytes, Bytes{1000});
  EXPECT_EQ(found.paths[0].retained, Bytes{1000});
}

TEST(Ways, OfOtherMembersAreOthers) {
  GraphMaker maker;
  const ObjectIndex hub = maker.object("Hub");
  maker.root(RootKind::kGlobal, "static hub", hub);
  const auto sessions = objects(maker, "Session", 5);
  maker.hold(hub, "open", map_of(maker, {sessions[0], sessions[1]}, 1));
  maker.hold(hub, "closed",
             map_of(maker, {sessions[2], sessions[3], sessions[4]}, 1));
  const std::string rest =
      " HashMap > .table Node[] > .[] Node > .value Session";
  const NamedRetention found = who_holds_type(maker.graph(), "Session");
  EXPECT_THAT(words(found), ElementsAre("static hub > Hub > .closed" + rest,
                                        "static hub > Hub > .open" + rest));
  EXPECT_DOUBLE_EQ(found.paths[0].share, 0.6);
  EXPECT_DOUBLE_EQ(found.paths[1].share, 0.4);
}

TEST(Ways, OfRootsWithOneNameAreAlike) {
  GraphMaker maker;
  for (int i = 0; i < 3; ++i)
    maker.root(RootKind::kStack, "thread worker in Pool.run",
               maker.object("Session"));
  maker.root(RootKind::kThreadLocal, "thread worker in Pool.run",
             maker.object("Session"));
  const NamedRetention found = who_holds_type(maker.graph(), "Session");
  ASSERT_THAT(found.paths, SizeIs(2));
  EXPECT_EQ(found.paths[0].objects, Count{3});
  EXPECT_EQ(found.paths[1].root, RootKind::kThreadLocal);
}

TEST(Ways, ALongListIsOneHolder) {
  constexpr int kNodes = 100'000;
  GraphMaker maker;
  const ObjectIndex list = maker.object("LinkedList");
  maker.root(RootKind::kGlobal, "static Log.lines", list);
  const auto nodes = objects(maker, "Node", kNodes, 24);
  maker.hold(list, "first", nodes.front());
  for (int i = 0; i < kNodes; ++i) {
    maker.hold(nodes[i], "item", maker.object("Line", 10));
    if (i + 1 < kNodes) maker.hold(nodes[i], "next", nodes[i + 1]);
    if (i > 0) maker.hold(nodes[i], "prev", nodes[i - 1]);
  }
  const ObjectGraph graph = maker.graph();
  const NamedRetention lines = who_holds_type(graph, "Line");
  EXPECT_THAT(words(lines),
              ElementsAre("static Log.lines > LinkedList > .first Node x100000"
                          " > .item Line"));
  EXPECT_EQ(lines.paths[0].objects, Count{kNodes});
  EXPECT_EQ(lines.paths[0].retained, Bytes{10 * kNodes});
  // Each node keeps those behind it: what they keep together is not the sum.
  const NamedRetention held = who_holds_type(graph, "Node");
  EXPECT_THAT(
      words(held),
      ElementsAre("static Log.lines > LinkedList > .first Node x100000"));
  EXPECT_EQ(held.paths[0].bytes, Bytes{24 * kNodes});
  EXPECT_EQ(held.paths[0].retained, Bytes{34 * kNodes});
}

TEST(Ways, AListIsToldFromOneEnd) {
  GraphMaker maker;
  const ObjectIndex list = maker.object("LinkedList");
  maker.root(RootKind::kGlobal, "static lines", list);
  const auto nodes = objects(maker, "Node", 100);
  maker.hold(list, "first", nodes.front());
  maker.hold(list, "last", nodes.back());
  for (int i = 1; i < 100; ++i) {
    maker.hold(nodes[i - 1], "next", nodes[i]);
    maker.hold(nodes[i], "prev", nodes[i - 1]);
  }
  const NamedRetention found = who_holds_type(maker.graph(), "Node");
  EXPECT_THAT(words(found),
              ElementsAre("static lines > LinkedList > .first Node x99",
                          "static lines > LinkedList > .last Node"));
}

TEST(Ways, AStrayReferenceIntoAListIsNoShorterWay) {
  GraphMaker maker;
  const ObjectIndex cache = maker.object("Cache");
  const ObjectIndex list = maker.object("List");
  const ObjectIndex cursor = maker.object("Cursor");
  const ObjectIndex place = maker.object("Place");
  maker.root(RootKind::kGlobal, "static cache", cache);
  maker.hold(cache, "cursor", cursor);
  maker.hold(cache, "list", list);
  maker.hold(cursor, "place", place);
  const auto nodes = objects(maker, "Node", 1000);
  maker.hold(list, "head", nodes[0]);
  maker.hold(place, "node", nodes[500]);
  for (int i = 1; i < 1000; ++i) maker.hold(nodes[i - 1], "next", nodes[i]);
  const NamedRetention found = who_holds_type(maker.graph(), "Node");
  EXPECT_THAT(
      words(found),
      ElementsAre("static cache > Cache > .list List > .head Node x1000"));
}

TEST(Ways, ATreeIsOneHolderAsDeepAsItIs) {
  GraphMaker maker;
  const ObjectIndex map = maker.object("TreeMap");
  maker.root(RootKind::kGlobal, "static byName", map);
  const auto entries = objects(maker, "Entry", 127);
  maker.hold(map, "root", entries[0]);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (2 * i + 2 < entries.size()) {
      maker.hold(entries[i], "left", entries[2 * i + 1]);
      maker.hold(entries[i], "right", entries[2 * i + 2]);
    }
    if (i > 0) maker.hold(entries[i], "parent", entries[(i - 1) / 2]);
    maker.hold(entries[i], "value", maker.object("Session"));
  }
  EXPECT_THAT(words(who_holds_type(maker.graph(), "Session")),
              ElementsAre("static byName > TreeMap > .root Entry x7 > "
                          ".value Session"));
}

TEST(Ways, CollisionsInAMapAreARun) {
  GraphMaker maker;
  const auto sessions = objects(maker, "Session", 1000);
  maker.root(RootKind::kGlobal, "static sessions", map_of(maker, sessions, 3));
  const NamedRetention found = who_holds_type(maker.graph(), "Session");
  EXPECT_THAT(words(found),
              ElementsAre("static sessions > HashMap > .table Node[] > .[] "
                          "Node x3 > .value Session"));
  EXPECT_EQ(found.paths[0].objects, Count{1000});
}

TEST(Ways, AMapOfMapsIsNoRun) {
  GraphMaker maker;
  std::vector<ObjectIndex> rooms;
  for (int i = 0; i < 10; ++i) {
    rooms.push_back(maker.object("Room"));
    maker.hold(rooms.back(), "members",
               map_of(maker, objects(maker, "Session", 10), 1));
  }
  maker.root(RootKind::kGlobal, "static rooms", map_of(maker, rooms, 1));
  const NamedRetention found = who_holds_type(maker.graph(), "Session");
  EXPECT_THAT(words(found),
              ElementsAre("static rooms > HashMap > .table Node[] > .[] Node"
                          " > .value Room > .members HashMap > .table Node[]"
                          " > .[] Node > .value Session"));
  EXPECT_EQ(found.paths[0].objects, Count{100});
}

// A chain that goes round by way of other objects: promises, closures.
TEST(Ways, WhatComesRoundAgainIsToldOnce) {
  GraphMaker maker;
  const ObjectIndex top = maker.object("Server");
  maker.root(RootKind::kGlobal, "static server", top);
  ObjectIndex before = top;
  for (int i = 0; i < 50'000; ++i) {
    const ObjectIndex promise = maker.object("Promise");
    const ObjectIndex reaction = maker.object("Reaction");
    maker.hold(before, i == 0 ? "last" : "promise", promise);
    maker.hold(promise, "reactions", reaction);
    before = reaction;
  }
  const NamedRetention found = who_holds_type(maker.graph(), "Promise");
  ASSERT_THAT(found.paths, SizeIs(2));
  EXPECT_EQ(found.paths[0].objects, Count{49'999});
  EXPECT_EQ(words(found.paths[0]),
            "static server > Server > .last Promise > .reactions Reaction"
            " > .promise Promise x49999");
  EXPECT_EQ(words(found.paths[1]), "static server > Server > .last Promise");
}

// In JavaScript nearly everything is an Object: members tell what is what.
TEST(Ways, PlainObjectsAreARunOnlyByTheSameMember) {
  GraphMaker maker;
  const ObjectIndex app = maker.object("Object");
  const ObjectIndex state = maker.object("Object");
  const ObjectIndex list = maker.object("Object");
  maker.root(RootKind::kGlobal, "global app", app);
  maker.hold(app, "state", state);
  maker.hold(state, "list", list);
  ObjectIndex before = list;
  for (int i = 0; i < 1000; ++i) {
    const ObjectIndex node = maker.object("Object");
    maker.hold(before, i == 0 ? "head" : "next", node);
    before = node;
  }
  const ObjectIndex session = maker.object("Session");
  maker.hold(before, "session", session);
  maker.plain("Object");
  EXPECT_THAT(words(who_holds_type(maker.graph(), "Session")),
              ElementsAre("global app > Object > .state Object > .list Object "
                          "> .head Object > .next Object x999 > "
                          ".session Session"));
}

TEST(Ways, AnObjectThatIsUsedAsAMapHasNoNamesForItsMembers) {
  GraphMaker maker;
  const ObjectIndex sessions = maker.object("Object");
  maker.root(RootKind::kGlobal, "global sessions", sessions);
  for (int i = 0; i < 1000; ++i)
    maker.hold(sessions, "user" + std::to_string(i), maker.object("Session"));
  const NamedRetention found = who_holds_type(maker.graph(), "Session", 1000);
  EXPECT_LT(found.paths.size(), 50u);
  EXPECT_EQ(words(found.paths[0]), "global sessions > Object > .[] Session");
  EXPECT_GT(found.paths[0].objects, Count{950});
}

TEST(Ways, MembersOfAnArrayAreNotAskedForOneByOne) {
  GraphMaker maker;
  const ObjectIndex array = maker.object("Object[]");
  maker.root(RootKind::kGlobal, "static all", array);
  for (const ObjectIndex session : objects(maker, "Session", 10'000))
    maker.hold(array, "[]", session);
  ObjectGraph graph = maker.graph();
  int asked = 0;
  graph.member_of = [&, names = graph.member_of](ObjectIndex from,
                                                 std::uint32_t edge) {
    ++asked;
    return names(from, edge);
  };
  EXPECT_EQ(words(who_holds_type(graph, "Session").paths[0]),
            "static all > Object[] > .[] Session");
  EXPECT_LT(asked, 10);
}

// A question costs what a dump's reader needs to look into the dump.
TEST(Ways, MembersOfVeryManyAreAskedForBySample) {
  GraphMaker maker;
  const ObjectIndex array = maker.object("Holder[]");
  maker.root(RootKind::kGlobal, "static all", array);
  for (const ObjectIndex holder : objects(maker, "Holder", 300'000)) {
    maker.hold(array, "[]", holder);
    maker.hold(holder, "name", array);
    maker.hold(holder, "session", maker.object("Session"));
  }
  ObjectGraph graph = maker.graph();
  int asked = 0;
  graph.member_of = [&, names = graph.member_of](ObjectIndex from,
                                                 std::uint32_t edge) {
    ++asked;
    return names(from, edge);
  };
  EXPECT_THAT(words(who_holds_type(graph, "Session")),
              ElementsAre("static all > Holder[] > .[] Holder > .session "
                          "Session"));
  EXPECT_LT(asked, 250'000);
}

TEST(Ways, ThereNeedBeNoNamesOfMembers) {
  GraphMaker maker;
  const ObjectIndex hub = maker.object("Hub");
  maker.hold(hub, "session", maker.object("Session"));
  maker.root(RootKind::kGlobal, "static hub", hub);
  ObjectGraph graph = maker.graph();
  graph.member_of = {};
  EXPECT_THAT(words(who_holds_type(graph, "Session")),
              ElementsAre("static hub > Hub > Session"));
}

TEST(Ways, BeginAtTheStrongestKindOfRoot) {
  const std::vector<RootKind> weakest_first = {
      RootKind::kAllocator, RootKind::kMapping,     RootKind::kRegister,
      RootKind::kStack,     RootKind::kThreadLocal, RootKind::kGlobal};
  for (std::size_t strongest = 0; strongest < weakest_first.size();
       ++strongest) {
    GraphMaker maker;
    const ObjectIndex session = maker.object("Session");
    for (std::size_t i = 0; i <= strongest; ++i) {
      // The weaker, the shorter.
      ObjectIndex held = session;
      for (std::size_t hop = 0; hop < i; ++hop) {
        const ObjectIndex holder = maker.object("Holder" + std::to_string(hop));
        maker.hold(holder, "held", held);
        held = holder;
      }
      maker.root(weakest_first[i], "root", held);
    }
    const NamedRetention found = who_holds_type(maker.graph(), "Session");
    ASSERT_THAT(found.paths, SizeIs(1));
    EXPECT_EQ(found.paths[0].root, weakest_first[strongest]);
    EXPECT_EQ(found.paths[0].holders.size(), strongest + 1);
  }
}

TEST(Ways, AreThoseWithFewestHolders) {
  GraphMaker maker;
  const ObjectIndex far = maker.object("Far");
  const ObjectIndex between = maker.object("Between");
  const ObjectIndex near = maker.object("Near");
  const ObjectIndex session = maker.object("Session");
  maker.root(RootKind::kGlobal, "static far", far);
  maker.root(RootKind::kGlobal, "static near", near);
  maker.hold(far, "x", between);
  maker.hold(between, "y", session);
  maker.hold(near, "z", session);
  EXPECT_THAT(words(who_holds_type(maker.graph(), "Session")),
              ElementsAre("static near > Near > .z Session"));
}

TEST(Ways, WhatNobodyReachesIsToldAsLost) {
  GraphMaker maker;
  const auto sessions = objects(maker, "Session", 4, 25);
  maker.root(RootKind::kGlobal, "static one", sessions[0]);
  maker.hold(sessions[1], "other", sessions[2]);
  maker.hold(sessions[2], "other", sessions[1]);
  maker.hold(sessions[3], "self", sessions[3]);
  const NamedRetention found = who_holds_type(maker.graph(), "Session");
  EXPECT_EQ(found.objects, Count{4});
  EXPECT_EQ(found.bytes, Bytes{100});
  EXPECT_EQ(found.unreachable, Count{3});
  EXPECT_EQ(found.unreachable_bytes, Bytes{75});
  EXPECT_EQ(found.doubtful, Count{0});
  ASSERT_THAT(found.paths, SizeIs(1));
  EXPECT_DOUBLE_EQ(found.paths[0].share, 0.25);
}

TEST(Ways, OnlyThoseThatHoldMostAreTold) {
  GraphMaker maker;
  for (int i = 1; i <= 5; ++i) {
    const ObjectIndex array = maker.object("Object[]");
    maker.root(RootKind::kGlobal, "static a" + std::to_string(i), array);
    for (const ObjectIndex session : objects(maker, "Session", i, 10))
      maker.hold(array, "[]", session);
  }
  const NamedRetention found = who_holds_type(maker.graph(), "Session", 2);
  EXPECT_THAT(words(found), ElementsAre("static a5 > Object[] > .[] Session",
                                        "static a4 > Object[] > .[] Session"));
  EXPECT_EQ(found.objects, Count{15});
  EXPECT_EQ(found.bytes, Bytes{150});
  EXPECT_DOUBLE_EQ(found.paths[0].share, 1 / 3.0);
  EXPECT_THAT(who_holds_type(maker.graph(), "Session", 0).paths, IsEmpty());
}

TEST(Ways, OfAsManyBytesTheOneWithMoreObjectsIsFirst) {
  GraphMaker maker;
  maker.root(RootKind::kGlobal, "static big", maker.object("Text", 100));
  const ObjectIndex array = maker.object("Object[]");
  maker.root(RootKind::kGlobal, "static small", array);
  for (const ObjectIndex text : objects(maker, "Text", 4, 25))
    maker.hold(array, "[]", text);
  EXPECT_THAT(
      words(who_holds_type(maker.graph(), "Text")),
      ElementsAre("static small > Object[] > .[] Text", "static big > Text"));
}

TEST(Ways, ObjectsWithoutBytesShareByTheirNumber) {
  GraphMaker maker;
  const ObjectIndex array = maker.object("Object[]");
  maker.root(RootKind::kGlobal, "static three", array);
  for (const ObjectIndex mark : objects(maker, "Mark", 3, 0))
    maker.hold(array, "[]", mark);
  maker.root(RootKind::kGlobal, "static one", maker.object("Mark", 0));
  const NamedRetention found = who_holds_type(maker.graph(), "Mark");
  ASSERT_THAT(found.paths, SizeIs(2));
  EXPECT_DOUBLE_EQ(found.paths[0].share, 0.75);
}

TEST(Ways, ThatAreVeryDeepLackSomeHolders) {
  GraphMaker maker;
  ObjectIndex before = maker.object("Top");
  maker.root(RootKind::kGlobal, "static top", before);
  for (int i = 0; i < 5000; ++i) {
    const ObjectIndex next = maker.object("Type" + std::to_string(i));
    maker.hold(before, "next", next);
    before = next;
  }
  maker.hold(before, "last", maker.object("Session"));
  const NamedRetention found = who_holds_type(maker.graph(), "Session");
  ASSERT_THAT(found.paths, SizeIs(1));
  EXPECT_LE(found.paths[0].holders.size(), 100u);
  EXPECT_EQ(found.paths[0].holders[0].type, "Top");
  EXPECT_EQ(found.paths[0].holders.back().type, "Session");
  EXPECT_EQ(found.paths[0].holders.back().member, "last");
}

// More than are worth a node each: none is left out, and all end right.
TEST(Ways, OfVeryManyKindsAreCutShort) {
  constexpr ObjectIndex kHolders = 400'000;
  GraphMaker maker;
  for (ObjectIndex i = 0; i < kHolders; ++i)
    maker.object("Type" + std::to_string(i % 997));
  for (ObjectIndex i = 1; i < kHolders; ++i) maker.hold((i - 1) / 2, "x", i);
  for (ObjectIndex i = kHolders - 1000; i < kHolders; ++i)
    maker.hold(i, "session", maker.object("Session"));
  maker.root(RootKind::kGlobal, "static top", 0);
  const ObjectGraph graph = maker.graph();
  const std::vector<Wanted> questions{of_type(graph, "Session"),
                                      [](ObjectIndex) { return true; }};
  const std::vector<NamedRetention> found =
      who_holds(graph, dominators_of(graph), questions, 1'000'000);
  Count sessions;
  for (const NamedPath& path : found[0].paths) {
    sessions += path.objects;
    EXPECT_EQ(path.holders[0].type, "Type0");
    EXPECT_EQ(path.holders.back().type, "Session");
  }
  EXPECT_EQ(sessions, Count{1000});
  Count all;
  for (const NamedPath& path : found[1].paths) all += path.objects;
  EXPECT_EQ(all, Count{kHolders + 1000});
  EXPECT_LT(found[1].paths.size(), 300'000u);
}

TEST(Ways, AnswerSeveralQuestionsAtOnce) {
  GraphMaker maker;
  const ObjectIndex hub = maker.object("Hub");
  maker.root(RootKind::kGlobal, "static hub", hub);
  const auto sessions = objects(maker, "Session", 10);
  maker.hold(hub, "sessions", map_of(maker, sessions, 2));
  const ObjectGraph graph = maker.graph();
  const std::vector<Wanted> questions{of_type(graph, "Session"),
                                      of_type(graph, "Node"),
                                      [](ObjectIndex) { return false; }};
  const std::vector<NamedRetention> found =
      who_holds(graph, dominators_of(graph), questions, 16);
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0], who_holds_type(graph, "Session"));
  EXPECT_EQ(found[1], who_holds_type(graph, "Node"));
  EXPECT_EQ(found[2], NamedRetention{});
}

TEST(Ways, NoObjectsAndNoQuestionsAreNoAnswers) {
  const ObjectGraph graph = GraphMaker().graph();
  EXPECT_TRUE(who_holds(graph, dominators_of(graph), {}, 16).empty());
  EXPECT_EQ(who_holds_type(graph, "Session"), NamedRetention{});
}

GraphMaker random_graph(std::mt19937& random, std::size_t all) {
  const auto below = [&](std::size_t end) {
    return static_cast<std::uint32_t>(
        std::uniform_int_distribution<std::size_t>(0, end - 1)(random));
  };
  GraphMaker maker;
  for (std::size_t i = 0; i < all; ++i)
    maker.object("Type" + std::to_string(below(4)), below(100));
  for (std::size_t i = 0; i < 2 * all; ++i)
    maker.hold(below(all), "m" + std::to_string(below(3)), below(all));
  for (std::size_t i = 0; i < 3; ++i)
    maker.root(below(2) == 0 ? RootKind::kGlobal : RootKind::kStack,
               "root" + std::to_string(below(2)), below(all));
  return maker;
}

// Whatever the graph: nothing is counted twice or left out, no path is told
// twice, and the answer is the same each time.
// What comes last holds nothing: its references would begin where all end,
// which a library that checks indices must not be asked for.
TEST(Ways, ManyObjectsWithoutReferencesAreWalked) {
  GraphMaker maker;
  for (int i = 0; i < 40; ++i)
    maker.root(RootKind::kGlobal, "leaf", maker.object("Leaf"));
  const NamedRetention leaves = who_holds_type(maker.graph(), "Leaf");
  EXPECT_EQ(leaves.objects, Count{40});
  EXPECT_EQ(leaves.unreachable, Count{0});
}

TEST(Ways, AddUpInRandomGraphs) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    const ObjectGraph graph = random_graph(random, 60).graph();
    const Dominators dominators = dominators_of(graph);
    const std::vector<Wanted> questions{of_type(graph, "Type0"),
                                        of_type(graph, "Type1")};
    const auto found = who_holds(graph, dominators, questions, 1000);
    for (std::size_t question = 0; question < 2; ++question) {
      const NamedRetention& retention = found[question];
      Count objects = retention.unreachable;
      Bytes bytes = retention.unreachable_bytes;
      double share = 0;
      std::set<std::string> names;
      for (const NamedPath& path : retention.paths) {
        objects += path.objects;
        bytes += path.bytes;
        share += path.share;
        EXPECT_GE(path.retained, path.bytes);
        EXPECT_EQ(path.holders.back().type, "Type" + std::to_string(question));
        EXPECT_TRUE(
            names.insert(std::to_string(int(path.root)) + words(path)).second);
      }
      EXPECT_EQ(objects, retention.objects);
      EXPECT_EQ(bytes, retention.bytes);
      share += double(retention.unreachable_bytes.value) /
               double(retention.bytes.value);
      EXPECT_NEAR(share, 1, 1e-9);
      Count wanted;
      Count lost;
      for (ObjectIndex i = 0; i < graph.objects(); ++i) {
        wanted.value += questions[question](i);
        lost.value += questions[question](i) && !dominators.reached[i];
      }
      EXPECT_EQ(retention.objects, wanted);
      EXPECT_EQ(retention.unreachable, lost);
    }
    EXPECT_EQ(found, who_holds(graph, dominators, questions, 1000));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace tidemark
