#include "harness/retention/graph.h"

#include <gtest/gtest.h>

#include "tests/support/fake_frozen_heap.h"

namespace tidemark {
namespace {

std::vector<std::pair<BlockNumber, BlockNumber>> edges_of(
    const FakeFrozenHeap& heap) {
  const BlockIndex index(heap.blocks());
  const Result<Graph> graph = read_graph(heap, index);
  std::vector<std::pair<BlockNumber, BlockNumber>> all;
  for (BlockNumber i = 0; i < heap.blocks().size(); ++i)
    graph->edges.each(i, [&](BlockNumber to) { all.emplace_back(i, to); });
  return all;
}

using Pairs = std::vector<std::pair<BlockNumber, BlockNumber>>;

TEST(Graph, EachAlignedWordThatIsInABlockIsAPointerToIt) {
  FakeFrozenHeap heap;
  const std::uint64_t a = heap.block(32), b = heap.block(16),
                      c = heap.block(24);
  heap.set(a, b);
  heap.set(a + 24, c + 23);
  heap.set(b + 8, a);
  heap.set(c, b + 16);  // one past its end
  EXPECT_EQ(edges_of(heap), (Pairs{{0, 1}, {0, 2}, {1, 0}}));
}

TEST(Graph, WordsThatAreNotAlignedOrNotAskedForAreNoPointers) {
  FakeFrozenHeap heap;
  const std::uint64_t a = heap.block(28), b = heap.block(16);
  heap.set(a + 4, b);
  heap.set(a + 24, b);  // four bytes of it were asked for
  EXPECT_EQ(edges_of(heap), Pairs{});
}

TEST(Graph, ABlockAtAnOddAddressIsReadFromItsFirstAlignedWord) {
  FakeFrozenHeap heap;
  const std::uint64_t a = heap.block_at(0x10003, 29);
  const std::uint64_t b = heap.block_at(0x20000, 8);
  heap.set(0x10000, b);  // half of it is before the block
  heap.set(0x10008, b);
  heap.set(0x10018, b + 1);
  EXPECT_EQ(a, 0x10003u);
  EXPECT_EQ(edges_of(heap), (Pairs{{0, 1}})) << "twice is once";
}

TEST(Graph, APointerOfABlockToItselfIsLeftOut) {
  FakeFrozenHeap heap;
  const std::uint64_t a = heap.block(32);
  heap.set(a, a + 16);
  EXPECT_EQ(edges_of(heap), Pairs{});
}

TEST(Graph, BlocksAreReadAcrossPieces) {
  FakeFrozenHeap heap;
  const std::uint64_t big = heap.block(3 << 18);
  std::vector<std::uint64_t> targets;
  for (int i = 0; i < 6; ++i) targets.push_back(heap.block(8));
  Pairs wanted;
  // At both ends of each of three pieces.
  for (std::uint64_t piece = 0; piece < 3; ++piece) {
    heap.set(big + (piece << 18), targets[piece * 2]);
    heap.set(big + ((piece + 1) << 18) - 8, targets[piece * 2 + 1]);
    wanted.emplace_back(0, piece * 2 + 1);
    wanted.emplace_back(0, piece * 2 + 2);
  }
  heap.set(targets[5], big);
  wanted.emplace_back(6, 0);
  EXPECT_EQ(edges_of(heap), wanted);
}

TEST(Graph, MemoryThatCannotBeReadHoldsNothingAndHidesNothing) {
  FakeFrozenHeap heap;
  const std::uint64_t big = heap.block_at(0x100000, 5 * 4096);
  const std::uint64_t next = heap.block_at(0x100000 + 5 * 4096, 4096);
  const std::uint64_t target = heap.block_at(0x900000, 64);
  heap.set(big, target);
  heap.set(big + 4096, next);
  heap.make_unreadable(big + 4096);
  heap.set(big + 3 * 4096, next + 8);
  heap.make_unreadable(big + 4 * 4096);
  heap.set(next + 8, target);
  EXPECT_EQ(edges_of(heap), (Pairs{{0, 2}, {0, 1}, {1, 2}}));
}

TEST(Graph, AManyTimesRepeatedPointerIsNotManyEdges) {
  FakeFrozenHeap heap;
  const std::uint64_t a = heap.block(8000), b = heap.block(16);
  for (std::uint64_t at = 0; at < 8000; at += 8) heap.set(a + at, b);
  EXPECT_EQ(edges_of(heap), (Pairs{{0, 1}}));
}

// An interpreter's arenas point to each other by the million.
TEST(Graph, OfAMappingTheFirstPointerToEachBlockIsEnough) {
  FakeFrozenHeap heap;
  const std::uint64_t one = heap.block(64), other = heap.block(64);
  const std::uint64_t arena = heap.root(RootKind::kMapping, "arena", 1 << 20);
  const std::uint64_t second = heap.root(RootKind::kMapping, "arena", 64);
  for (std::uint64_t at = 0; at < 1 << 20; at += 8)
    heap.set(arena + at, at % 16 == 0 ? other : one);
  heap.set(second + 8, one);
  const Result<Graph> graph = read_graph(heap, BlockIndex(heap.blocks()));
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->roots,
            (std::vector<RootEdge>{
                {arena, 1, 0}, {arena + 8, 0, 0}, {second + 8, 0, 1}}));
}

TEST(Graph, WordsThatAThreadUsesAreNotThoseOfTheBlockTheyAreIn) {
  FakeFrozenHeap heap;
  const std::uint64_t stack = heap.block(3 << 18), other = heap.block(64);
  std::vector<std::uint64_t> targets;
  for (int i = 0; i < 6; ++i) targets.push_back(heap.block(8));
  heap.root_at(stack + 64, 32, RootKind::kThreadLocal);
  heap.root_at(stack + 128, 2 << 18, RootKind::kStack);
  heap.root_at(other, 32, RootKind::kMapping);
  heap.set(stack + 56, targets[0]);
  heap.set(stack + 64, targets[1]);
  heap.set(stack + 88, targets[1]);
  heap.set(stack + 96, targets[2]);
  heap.set(stack + 128 + (1 << 18), targets[3]);
  heap.set(stack + 128 + (2 << 18), targets[4]);
  heap.set(other + 8, targets[5]);
  EXPECT_EQ(edges_of(heap), (Pairs{{0, 2}, {0, 4}, {0, 6}, {1, 7}}));
}

TEST(Graph, TheWordsOfRootsAreInTheOrderOfTheRoots) {
  FakeFrozenHeap heap;
  const std::uint64_t a = heap.block(32), b = heap.block(32);
  const std::uint64_t stack = heap.root(RootKind::kStack, "stack", 64, 12);
  const std::uint64_t global = heap.global("g", 16);
  heap.set(stack + 40, a + 8);
  heap.set(global + 8, b);
  heap.set(global, 77);
  const BlockIndex index(heap.blocks());
  const Result<Graph> graph = read_graph(heap, index);
  EXPECT_EQ(graph->roots,
            (std::vector<RootEdge>{{global + 8, 1, 0}, {stack + 40, 0, 1}}));
}

}  // namespace
}  // namespace tidemark
