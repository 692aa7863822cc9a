#include "harness/retention/who_holds.h"

#include <gtest/gtest.h>

#include "tests/support/fake_frozen_heap.h"

namespace tidemark {
namespace {

constexpr SiteId kText = 100;  // the finding of most of these tests

// One finding: the blocks of a site.
Question blocks_of(SiteId site) {
  Question question;
  question.findings = 1;
  question.finding_of =
      [site](const LiveBlock& block) -> std::optional<std::uint32_t> {
    if (block.site != site) return std::nullopt;
    return 0;
  };
  return question;
}

Retention ask(const FakeFrozenHeap& heap, const Question& question) {
  Result<std::vector<Retention>> all = who_holds(heap, question);
  EXPECT_TRUE(all.has_value());
  return all->at(0);
}

Holder holder(SiteId site, std::int64_t bytes, std::uint32_t offset,
              std::string type = "", std::uint32_t repeated = 1) {
  return {site, {bytes}, offset, false, std::move(type), "", repeated};
}

TEST(WhoHolds, TellsTheWholeWayFromTheRoot) {
  FakeFrozenHeap heap;
  heap.vtable(0x600010, "chat::Session");
  const std::uint64_t rooms = heap.global("g_rooms", 56);
  const std::uint64_t session = heap.block(4200, 7);
  const std::uint64_t buffer = heap.block(65536, kText);
  heap.set(rooms + 16, session);
  heap.set(session, 0x600010);
  heap.set(session + 0x48, buffer + 24);
  const Retention retention = ask(heap, blocks_of(kText));
  RetainingPath path;
  path.root = RootKind::kGlobal;
  path.root_name = "g_rooms";
  path.holders = {holder(7, 4200, 16, "chat::Session"),
                  holder(kText, 65536, 0x48)};
  path.holders[1].interior = true;
  path.objects = {1};
  path.bytes = {65536};
  path.retained = {4200 + 65536};
  path.share = 4200 + 65536;
  EXPECT_EQ(retention, (Retention{{1}, {65536}, {path}, {}, {}, {}}));
}

TEST(WhoHolds, ALongListIsOneLine) {
  FakeFrozenHeap heap;
  std::uint64_t at = heap.global("g_list", 16);
  std::uint64_t link = at + 8;
  for (int i = 0; i < 4812; ++i) {
    const std::uint64_t node = heap.block(32, 5), text = heap.block(40, kText);
    heap.set(link, node);
    heap.set(node + 16, text);
    link = node;
  }
  const Retention retention = ask(heap, blocks_of(kText));
  ASSERT_EQ(retention.paths.size(), 1u);
  EXPECT_EQ(
      retention.paths[0].holders,
      (std::vector<Holder>{holder(5, 32, 8, "", 4812), holder(kText, 40, 16)}));
  EXPECT_EQ(retention.paths[0].objects, Count{4812});
  EXPECT_EQ(retention.paths[0].bytes, Bytes{4812 * 40});
  EXPECT_EQ(retention.paths[0].retained, Bytes{4812 * 72});
}

TEST(WhoHolds, NodesOfTheListAreTheirOwnHolders) {
  FakeFrozenHeap heap;
  std::uint64_t link = heap.global("g_list");
  for (int i = 0; i < 10; ++i) {
    const std::uint64_t node = heap.block(32, kText);
    heap.set(link, node);
    link = node + 8;
  }
  const Retention retention = ask(heap, blocks_of(kText));
  ASSERT_EQ(retention.paths.size(), 1u);
  EXPECT_EQ(retention.paths[0].holders,
            (std::vector<Holder>{holder(kText, 32, 0, "", 10)}));
  EXPECT_EQ(retention.paths[0].objects, Count{10});
}

TEST(WhoHolds, ElementsOfAVectorAreOneLine) {
  FakeFrozenHeap heap;
  const std::uint64_t global = heap.global("g_sessions", 24);
  const std::uint64_t elements = heap.block(8000, 3);
  heap.set(global, elements);
  heap.set(global + 8, elements + 4000);
  heap.set(global + 16, elements + 8000);
  for (std::uint64_t i = 0; i < 500; ++i)
    heap.set(elements + i * 8, heap.block(100, kText));
  const Retention retention = ask(heap, blocks_of(kText));
  ASSERT_EQ(retention.paths.size(), 1u);
  EXPECT_EQ(retention.paths[0].holders,
            (std::vector<Holder>{holder(3, 8000, 0, "std::vector"),
                                 holder(kText, 100, 0)}));
  EXPECT_EQ(retention.paths[0].objects, Count{500});
}

TEST(WhoHolds, ElementsOfAGlobalArrayAreOneLine) {
  FakeFrozenHeap heap;
  const std::uint64_t global = heap.global("g_table", 800);
  for (std::uint64_t i = 3; i < 100; ++i)
    heap.set(global + i * 8, heap.block(100, kText));
  const Retention retention = ask(heap, blocks_of(kText));
  ASSERT_EQ(retention.paths.size(), 1u);
  EXPECT_EQ(retention.paths[0].holders,
            (std::vector<Holder>{holder(kText, 100, 24)}));
  EXPECT_EQ(retention.paths[0].retained, Bytes{9700});
}

TEST(WhoHolds, AGlobalTableOfManyObjectsIsOneWayToEachThing) {
  constexpr std::uint64_t kSessions = 20'000;
  FakeFrozenHeap heap;
  const std::uint64_t table = heap.global("g_sessions", kSessions * 8);
  for (std::uint64_t i = 0; i < kSessions; ++i) {
    const std::uint64_t session = heap.block(64, 7);
    heap.set(table + i * 8, session);
    heap.set(session + 8, heap.block(32, 8));
    heap.set(session + 16, heap.block(100, kText));
  }
  const Retention retention = ask(heap, blocks_of(kText));
  ASSERT_EQ(retention.paths.size(), 1u);
  EXPECT_EQ(retention.paths[0].holders,
            (std::vector<Holder>{holder(7, 64, 0), holder(kText, 100, 16)}));
  EXPECT_EQ(retention.paths[0].objects.value, kSessions);
}

// xmalloc, zmalloc, g_malloc: one caller of malloc for all.
TEST(WhoHolds, AWrapperOfMallocDoesNotMakeDifferentBlocksOne) {
  FakeFrozenHeap heap;
  const std::uint64_t table = heap.block(800, 1);
  heap.set(heap.global("g_table"), table);
  for (std::uint64_t i = 0; i < 50; ++i) {
    const std::uint64_t node = heap.block(40, 2);
    const std::uint64_t session = heap.block(64, 3);
    heap.set(table + i * 8, node);
    heap.set(node + 16, session);
    heap.set(session + 32, heap.block(100, kText));
  }
  Question question = blocks_of(kText);
  question.alike = [](SiteId) { return SiteId{1}; };
  const Retention retention = ask(heap, question);
  ASSERT_EQ(retention.paths.size(), 1u);
  EXPECT_EQ(retention.paths[0].holders,
            (std::vector<Holder>{holder(1, 800, 0), holder(2, 40, 0),
                                 holder(3, 64, 16), holder(kText, 100, 32)}));
}

TEST(WhoHolds, DifferentWaysAreToldByHowManyTheyHold) {
  FakeFrozenHeap heap;
  const std::uint64_t few = heap.global("g_few", 24);
  const std::uint64_t many = heap.global("g_many", 24);
  heap.set(few, heap.block(100, kText));
  heap.set(many, heap.block(10, kText));
  heap.set(many + 8, heap.block(10, kText));
  heap.set(many + 16, heap.block(10, 1));
  const Retention retention = ask(heap, blocks_of(kText));
  ASSERT_EQ(retention.paths.size(), 3u);
  // One object each: the heavier first, then by name and offset.
  EXPECT_EQ(retention.paths[0].root_name, "g_few");
  EXPECT_EQ(retention.paths[1].holders[0].offset, 0u);
  EXPECT_EQ(retention.paths[2].holders[0].offset, 8u);
  EXPECT_EQ(retention.paths[2].retained, Bytes{30});
  Question question = blocks_of(kText);
  question.most_paths = 2;
  EXPECT_EQ(ask(heap, question).paths.size(), 2u);
}

TEST(WhoHolds, WhatTwoRootsHoldIsSharedAndRetainedByNeither) {
  FakeFrozenHeap heap;
  const std::uint64_t one = heap.global("g_one", 16);
  const std::uint64_t two = heap.global("g_two", 16);
  const std::uint64_t common = heap.block(1000, kText);
  heap.set(one, common);
  heap.set(two, common);
  heap.set(one + 8, heap.block(10, kText));
  heap.set(two + 8, heap.block(30, kText));
  const Retention retention = ask(heap, blocks_of(kText));
  ASSERT_EQ(retention.paths.size(), 3u);
  EXPECT_EQ(retention.paths[0].root_name, "g_one");
  EXPECT_EQ(retention.paths[0].bytes, Bytes{1000});
  EXPECT_EQ(retention.paths[0].retained, Bytes{10});
  EXPECT_EQ(retention.paths[0].share, 510);
  EXPECT_EQ(retention.paths[1].root_name, "g_two");
  EXPECT_EQ(retention.paths[1].retained, Bytes{30});
  EXPECT_EQ(retention.paths[1].share, 530);
}

TEST(WhoHolds, AStackTakesNothingFromWhatAGlobalRetains) {
  FakeFrozenHeap heap;
  const std::uint64_t server = heap.global("server");
  const std::uint64_t stack = heap.root(RootKind::kStack, "stack of main");
  const std::uint64_t db = heap.block(40, 1);
  heap.set(server, db);
  heap.set(stack, db);
  heap.set(db, heap.block(1000, kText));
  const Retention retention = ask(heap, blocks_of(kText));
  EXPECT_EQ(retention.paths.at(0).retained.value, 1040);
  EXPECT_EQ(retention.paths.at(0).share, 1040);
}

TEST(WhoHolds, LostAndDoubtfulBlocksAreCounted) {
  FakeFrozenHeap heap;
  const std::uint64_t stack = heap.root(RootKind::kStack, "stack of thread 12");
  const std::uint64_t stale = heap.block(10, kText);
  const std::uint64_t lost = heap.block(100, kText);
  heap.set(stack, stale);
  heap.set(lost, heap.block(1000, kText));
  const Retention retention = ask(heap, blocks_of(kText));
  ASSERT_EQ(retention.paths.size(), 1u);
  EXPECT_EQ(retention.paths[0].root, RootKind::kStack);
  EXPECT_EQ(retention.paths[0].root_name, "stack of thread 12");
  EXPECT_EQ(retention.doubtful, Count{1});
  EXPECT_EQ(retention.unreachable, Count{2});
  EXPECT_EQ(retention.unreachable_bytes, Bytes{1100});
}

// An interpreter's arena: that somebody's object lies in it does not make him
// the owner of all that its other objects hold.
TEST(WhoHolds, WhatAPoolHoldsIsTheMappingsAndNotOneOwnersInIt) {
  FakeFrozenHeap heap;
  const std::uint64_t global = heap.global("g_object");
  const std::uint64_t arena = heap.block_at(0x7f0000000000, 1 << 20, 1);
  const std::uint64_t other = heap.block_at(0x7f0000200000, 1 << 20, 1);
  heap.root_at(arena, 1 << 20, RootKind::kMapping);
  heap.name_at(arena, "memory mapped by Arena::grow");
  heap.root_at(other, 1 << 20, RootKind::kMapping);
  heap.set(global, arena + 4096);
  heap.set(arena + 64, other + 512);
  heap.set(arena + 8192, heap.block(64, kText));
  Retention retention = ask(heap, blocks_of(kText));
  ASSERT_EQ(retention.paths.size(), 1u);
  EXPECT_EQ(retention.paths[0].root, RootKind::kMapping);
  EXPECT_EQ(retention.paths[0].root_name, "memory mapped by Arena::grow");
  EXPECT_EQ(retention.doubtful.value, 0);

  // The arenas themselves are held by what points into them.
  retention = ask(heap, blocks_of(1));
  EXPECT_EQ(retention.unreachable.value, 0);
  EXPECT_EQ(retention.doubtful.value, 0);

  // Who knows where the mapping begins knows all of it.
  heap.set(global, arena);
  retention = ask(heap, blocks_of(kText));
  EXPECT_EQ(retention.paths.at(0).root_name, "g_object");
}

// The main loop's frame leads everywhere, and is told for what it alone holds.
TEST(WhoHolds, AFrameTakesNothingFromWhatAVariableRetains) {
  FakeFrozenHeap heap;
  const std::uint64_t kept = heap.global("g_kept");
  const std::uint64_t frame = heap.root(RootKind::kStack, "stack", 24, 7);
  const std::uint64_t table = heap.block(80, 1);
  heap.set(kept, table);
  heap.set(frame, table);
  heap.set(table + 8, heap.block(100, kText));
  heap.set(frame + 8, heap.block(40, kText));
  const Retention retention = ask(heap, blocks_of(kText));
  ASSERT_EQ(retention.paths.size(), 2u);
  EXPECT_EQ(retention.paths[0].root_name, "g_kept");
  EXPECT_EQ(retention.paths[0].retained, Bytes{180});
  EXPECT_EQ(retention.paths[0].share, 180);
  EXPECT_EQ(retention.paths[1].root_name, "stack");
  EXPECT_EQ(retention.paths[1].retained, Bytes{40});
}

TEST(WhoHolds, SeveralFindingsAreAnsweredAtOnce) {
  FakeFrozenHeap heap;
  const std::uint64_t global = heap.global("g", 8);
  const std::uint64_t session = heap.block(64, 1, 3);
  heap.set(global, session);
  heap.set(session + 8, heap.block(32, 2, 3));
  heap.set(session + 16, heap.block(32, 2, 1));
  Question question;
  question.findings = 2;
  question.finding_of =
      [](const LiveBlock& block) -> std::optional<std::uint32_t> {
    if (block.born.value < 3) return std::nullopt;
    return block.site - 1;
  };
  const std::vector<Retention> all = *who_holds(heap, question);
  ASSERT_EQ(all.size(), 2u);
  ASSERT_EQ(all[0].paths.size(), 1u);
  ASSERT_EQ(all[1].paths.size(), 1u);
  EXPECT_EQ(all[0].paths[0].holders.size(), 1u);
  EXPECT_EQ(all[1].paths[0].holders.size(), 2u);
  EXPECT_EQ(all[1].paths[0].objects, Count{1});
}

TEST(WhoHolds, SitesThatDifferInSizeAloneMayBeTakenForOne) {
  FakeFrozenHeap heap;
  std::uint64_t link = heap.global("g_list");
  for (std::uint32_t i = 0; i < 200; ++i) {
    const std::uint64_t node = heap.block(32 + i, 1000 + i);
    heap.set(link, node);
    link = node;
  }
  heap.set(link + 8, heap.block(16, kText));
  Question question = blocks_of(kText);
  EXPECT_EQ(ask(heap, question).paths[0].holders.size(),
            PathTree::kMostHolders);
  question.alike = [](SiteId site) { return site >= 1000 ? 1000 : site; };
  const Retention retention = ask(heap, question);
  // The first two might be anything.
  ASSERT_EQ(retention.paths[0].holders.size(), 4u);
  EXPECT_EQ(retention.paths[0].holders[2].repeated, 198u);
}

TEST(WhoHolds, BigHoldersGiveTheirOffsets) {
  FakeFrozenHeap heap;
  const std::uint64_t global = heap.global("g");
  const std::uint64_t table = heap.block(1 << 20, 1);
  heap.set(global, table);
  for (std::uint64_t i = 0; i < 3; ++i)
    heap.set(table + (i << 18) + 64, heap.block(16, kText));
  const Retention retention = ask(heap, blocks_of(kText));
  ASSERT_EQ(retention.paths.size(), 3u);
  EXPECT_EQ(retention.paths[2].holders[1].offset, (2u << 18) + 64);
}

TEST(WhoHolds, AnEmptyHeapHoldsNothing) {
  EXPECT_EQ(ask(FakeFrozenHeap(), blocks_of(kText)), Retention{});
}

}  // namespace
}  // namespace tidemark
