// The rules on graphs: LeakCanary's object growth and BLeak's.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/peer_rules/bleak.h"
#include "tests/support/peer_rules/leakcanary.h"

namespace tidemark::peers {
namespace {

using Nodes = std::vector<GrowingNode>;

// Static field → array, with something in it.
struct Statics : HeapDump {
  ObjectNumber holder = root("class ClassWithStatics");

  ObjectNumber array(const std::string& field = "strings") {
    const ObjectNumber array = object("array of Object");
    refer(holder, "static ClassWithStatics." + field, array);
    return array;
  }
  ObjectNumber string() {
    const ObjectNumber text = object("instance of String");
    refer(text, "field String.value", object("array of char"));
    return text;
  }
  Statics& strings(ObjectNumber in, int count) {
    for (int i = 0; i < count; ++i) append(in, string());
    return *this;
  }
};

HeapDump with_strings(int count) {
  Statics dump;
  dump.strings(dump.array(), count);
  return dump;
}

// What grows after the last of those dumps.
Nodes grown(const std::vector<HeapDump>& dumps, int loops = 1) {
  GrowthDetector detector(loops);
  Nodes last;
  for (const HeapDump& dump : dumps) last = detector.add(dump);
  return last;
}

TEST(GrowthDetector, AnEmptyHeapDoesNotGrow) {
  EXPECT_EQ(grown({{}, {}}), Nodes{});
  EXPECT_EQ(grown({with_strings(1)}), Nodes{}) << "one dump tells nothing";
}

TEST(GrowthDetector, StructureCountsAndContentDoesNot) {
  EXPECT_EQ(grown({with_strings(2), with_strings(2)}), Nodes{});
}

TEST(GrowthDetector, ARiseBelowTheLoopsIsNone) {
  EXPECT_EQ(grown({with_strings(1), with_strings(2)}).size(), 1u);
  EXPECT_EQ(grown({with_strings(1), with_strings(2)}, 2), Nodes{});
}

TEST(GrowthDetector, SevenStringsForSevenLoops) {
  const Nodes nodes =
      grown({with_strings(7), with_strings(14), with_strings(21)}, 7);
  EXPECT_EQ(nodes, (Nodes{{"static ClassWithStatics.strings -> array of Object",
                           1,
                           21,
                           {{"[x] -> instance of String", 7}}}}));
}

TEST(GrowthDetector, WhatHadNoChildrenDoesNotGrowYet) {
  EXPECT_EQ(grown({with_strings(0), with_strings(2)}, 2), Nodes{});
  EXPECT_EQ(grown({with_strings(2), with_strings(4)}, 2).size(), 1u);
}

TEST(GrowthDetector, ChildrenAreNotAddedUp) {
  Statics one;
  one.strings(one.array("a"), 1);
  Statics three;
  for (const char* field : {"a", "b", "c"})
    three.strings(three.array(field), 1);
  EXPECT_EQ(grown({one, three}, 2), Nodes{});
}

TEST(GrowthDetector, ADifferentChildEachTimeIsNoGrowth) {
  const auto list = [](int strings, int others) -> HeapDump {
    Statics dump;
    const ObjectNumber array = dump.array();
    dump.strings(array, strings);
    for (int i = 0; i < others; ++i) {
      dump.append(array, dump.object("instance of SomeClass"));
    }
    return dump;
  };
  EXPECT_EQ(grown({list(2, 2), list(4, 2)}, 2).size(), 1u);
  EXPECT_EQ(grown({list(2, 2), list(4, 2), list(4, 4)}, 2), Nodes{});
  EXPECT_EQ(grown({list(2, 2), list(4, 2), list(6, 4)}, 2).size(), 1u);
}

TEST(GrowthDetector, OfNodesOnOnePathTheTopmostIsTold) {
  const auto list = [](int items) -> HeapDump {
    Statics dump;
    const ObjectNumber array = dump.array("list");
    for (int i = 0; i < items; ++i) {
      const ObjectNumber item = dump.object("instance of GrowingClass");
      const ObjectNumber pair = dump.object("instance of Pair");
      dump.append(array, item);
      dump.refer(item, "field GrowingClass.growingField", pair);
      for (const char* half : {"field Pair.first", "field Pair.second"}) {
        dump.refer(pair, half, dump.object("instance of Object"));
      }
    }
    return dump;
  };
  const Nodes nodes = grown({list(1), list(2)});
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].name, "static ClassWithStatics.list -> array of Object");
}

HeapDump linked_list(int length) {
  HeapDump dump;
  ObjectNumber last = dump.root("class ListHolder");
  std::string field = "static ListHolder.staticList";
  for (int i = 0; i < length; ++i) {
    const ObjectNumber next = dump.object("instance of CustomLinkedList");
    dump.refer(last, field, next);
    last = next;
    field = "field CustomLinkedList.next";
  }
  dump.refer(last, field, kNull);
  return dump;
}

TEST(GrowthDetector, ALinkedListIsOneNode) {
  EXPECT_EQ(grown({linked_list(2), linked_list(3)}).size(), 1u);
  const Nodes nodes = grown({linked_list(2), linked_list(6)});
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(
      nodes[0].growing,
      (std::vector<GrowingChild>{
          {"field CustomLinkedList.next -> instance of CustomLinkedList", 4}}));
}

TEST(GrowthDetector, ANullElementIsNoFailure) {
  const auto with_null = [](int strings) -> HeapDump {
    Statics dump;
    const ObjectNumber array = dump.array();
    dump.append(array, kNull);
    return dump.strings(array, strings);
  };
  EXPECT_EQ(grown({with_null(1), with_null(2)}).size(), 1u);
}

TEST(GrowthDetector, WhatIsHeldTwiceIsCountedOnce) {
  const auto shared = [](int strings) -> HeapDump {
    Statics dump;
    const ObjectNumber one = dump.array("one"), two = dump.array("two");
    for (int i = 0; i < strings; ++i) {
      const ObjectNumber text = dump.string();
      dump.append(one, text);
      dump.append(two, text);
      dump.append(one, text);
    }
    return dump;
  };
  const Nodes nodes = grown({shared(1), shared(3)});
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].children, 3);
}

// window.rooms: a table with so many entries, each an object of its own with
// so many fields.
HeapDump rooms(int entries, int fields) {
  HeapDump dump;
  const ObjectNumber window = dump.root("window");
  const ObjectNumber table = dump.object("Object");
  dump.refer(window, "rooms", table);
  for (int i = 0; i < entries; ++i) {
    const ObjectNumber entry = dump.object("Object");
    dump.refer(table, "key" + std::to_string(i), entry);
    for (int j = 0; j < fields; ++j) {
      dump.refer(entry, "field" + std::to_string(j), dump.object("Object"));
    }
  }
  return dump;
}

std::vector<std::string> tracked(const std::vector<HeapDump>& snapshots) {
  GrowthTracker tracker;
  for (const HeapDump& snapshot : snapshots) tracker.add(snapshot);
  return tracker.growing();
}

using Paths = std::vector<std::string>;

TEST(GrowthTracker, GrowsWhatHasMoreInEverySnapshot) {
  EXPECT_EQ(tracked({rooms(1, 2), rooms(2, 2), rooms(5, 2)}),
            (Paths{"window.rooms"}));
  EXPECT_EQ(tracked({rooms(1, 2), rooms(2, 2), rooms(2, 2)}), Paths{});
  EXPECT_EQ(tracked({rooms(1, 2), rooms(2, 2), rooms(2, 2), rooms(3, 2)}),
            Paths{})
      << "one pause acquits for ever";
  EXPECT_EQ(tracked({rooms(1, 2)}), Paths{});
}

TEST(GrowthTracker, EveryPathThatWasThereFromTheFirstOnIsTold) {
  EXPECT_EQ(tracked({rooms(2, 1), rooms(2, 2), rooms(2, 3)}),
            (Paths{"window.rooms.key0", "window.rooms.key1"}));
}

TEST(GrowthTracker, GrowthBehindANewKeyIsItsParents) {
  // Each new entry has more fields than all before: the entries that grow
  // were not in the first snapshot.
  const auto snapshot = [](int entries) {
    HeapDump dump;
    const ObjectNumber table = dump.root("table");
    for (int i = 0; i < entries; ++i) {
      const ObjectNumber entry = dump.object("Object");
      dump.refer(table, std::to_string(i), entry);
      for (int j = 0; i > 0 && j < entries; ++j) {
        dump.refer(entry, std::to_string(j), dump.object("Object"));
      }
    }
    return dump;
  };
  EXPECT_EQ(tracked({snapshot(1), snapshot(2), snapshot(3), snapshot(4)}),
            (Paths{"table"}));
}

TEST(GrowthTracker, ACacheThatIsStillFillingIsALeakToIt) {
  std::vector<HeapDump> trips;
  for (int i = 1; i <= kBleakTrips; ++i) trips.push_back(rooms(100 * i, 1));
  EXPECT_EQ(tracked(trips), (Paths{"window.rooms"}));
}

TEST(GrowthTracker, AFieldThatIsSetToNullIsGone) {
  HeapDump shrunk = rooms(1, 3);
  shrunk.objects[2].references[0].to = kNull;
  EXPECT_EQ(tracked({rooms(1, 2), shrunk}), Paths{});
  EXPECT_EQ(tracked({rooms(1, 1), shrunk}), (Paths{"window.rooms.key0"}));
}

}  // namespace
}  // namespace tidemark::peers
