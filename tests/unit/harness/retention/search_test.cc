#include "harness/retention/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "harness/retention/doubt.h"
#include "tests/support/fake_frozen_heap.h"

namespace tidemark {
namespace {

struct Searched {
  explicit Searched(const FakeFrozenHeap& heap)
      : index(heap.blocks()),
        graph(*read_graph(heap, index)),
        found(search(graph, heap.roots())),
        doubtful(doubtful_blocks(graph, heap.roots(), found)) {}

  // Pointers from a root to the block with that address.
  int distance(std::uint64_t address) const {
    int steps = 1;
    Parent parent = found.parents[index.find(address)];
    for (; !by_root(parent); ++steps) parent = found.parents[parent];
    return steps;
  }
  Parent parent(std::uint64_t address) const {
    return found.parents[index.find(address)];
  }
  bool doubt(std::uint64_t address) const {
    return doubtful[index.find(address)];
  }

  BlockIndex index;
  Graph graph;
  Search found;
  std::vector<bool> doubtful;
};

TEST(Search, TheShortestWayWins) {
  FakeFrozenHeap heap;
  const std::uint64_t root = heap.global("g", 16);
  const std::uint64_t a = heap.block(16), b = heap.block(16),
                      c = heap.block(16);
  heap.set(root, a);
  heap.set(a, b);
  heap.set(b, c);
  heap.set(a + 8, c);
  const Searched searched(heap);
  EXPECT_EQ(searched.parent(c), searched.index.find(a));
  EXPECT_EQ(searched.distance(c), 2);
}

TEST(Search, AStrongerRootWinsOverANearerOne) {
  FakeFrozenHeap heap;
  const std::uint64_t stack = heap.root(RootKind::kStack, "stack");
  const std::uint64_t global = heap.global("g");
  const std::uint64_t a = heap.block(16), b = heap.block(16);
  heap.set(stack, b);
  heap.set(global, a);
  heap.set(a, b);
  const Searched searched(heap);
  EXPECT_EQ(searched.parent(b), searched.index.find(a));
  EXPECT_EQ(searched.found.ends,
            (std::array<std::size_t, kRootKinds>{2, 2, 2, 2, 2, 2}));
}

TEST(Search, WhatNothingReachesHasNoParentEvenInACycle) {
  FakeFrozenHeap heap;
  heap.global("g");
  const std::uint64_t a = heap.block(16), b = heap.block(16);
  heap.set(a, b);
  heap.set(b, a);
  const Searched searched(heap);
  EXPECT_EQ(searched.parent(a), kUnreached);
  EXPECT_EQ(searched.parent(b), kUnreached);
  EXPECT_TRUE(searched.found.order.empty());
}

TEST(Search, OnlyStacksRegistersAndTheAllocatorAreInDoubt) {
  FakeFrozenHeap heap;
  std::vector<std::uint64_t> held;
  for (RootKind kind :
       {RootKind::kGlobal, RootKind::kThreadLocal, RootKind::kStack,
        RootKind::kRegister, RootKind::kMapping, RootKind::kAllocator}) {
    const std::uint64_t root = heap.root(kind, to_word(kind));
    held.push_back(heap.block(16));
    heap.set(root, held.back());
  }
  const std::uint64_t lost = heap.block(16);
  const Searched searched(heap);
  std::vector<bool> doubts;
  for (std::uint64_t address : held) doubts.push_back(searched.doubt(address));
  EXPECT_EQ(doubts, (std::vector<bool>{false, false, true, true, false, true}));
  EXPECT_FALSE(searched.doubt(lost));
}

TEST(Search, WhatAMappingHoldsTooIsNotInDoubt) {
  FakeFrozenHeap heap;
  const std::uint64_t stack = heap.root(RootKind::kStack, "stack", 32);
  const std::uint64_t mapping = heap.root(RootKind::kMapping, "arena", 32);
  const std::uint64_t both = heap.block(16), below = heap.block(16),
                      arena = heap.block(16), behind = heap.block(16),
                      stale = heap.block(16);
  heap.set(stack, both);
  heap.set(both, below);
  heap.set(mapping, both);
  heap.set(mapping + 8, arena);
  heap.set(arena, behind);
  heap.set(stack + 8, behind);
  heap.set(stack + 16, stale);
  const Searched searched(heap);
  EXPECT_TRUE(by_root(searched.parent(both)));
  EXPECT_FALSE(searched.doubt(both));
  EXPECT_FALSE(searched.doubt(below));
  EXPECT_FALSE(searched.doubt(behind));
  EXPECT_TRUE(searched.doubt(stale));
}

// Distances by going round and round until nothing changes.
std::vector<int> slow_distances(const Graph& graph, std::size_t blocks) {
  constexpr int kFar = 1 << 30;
  std::vector<int> distance(blocks, kFar);
  for (const RootEdge& root : graph.roots) distance[root.block] = 1;
  for (bool changed = true; changed;) {
    changed = false;
    for (BlockNumber i = 0; i < blocks; ++i)
      graph.edges.each(i, [&](BlockNumber to) {
        if (distance[i] == kFar || distance[to] <= distance[i] + 1) return;
        distance[to] = distance[i] + 1;
        changed = true;
      });
  }
  return distance;
}

TEST(Search, AgreesWithASlowOneOnRandomHeaps) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937_64 random(seed);
    FakeFrozenHeap heap;
    const std::uint64_t root = heap.global("g", 80);
    std::vector<std::uint64_t> blocks;
    for (int i = 0; i < 500; ++i)
      blocks.push_back(heap.block(16 + random() % 200));
    for (int i = 0; i < 500; ++i)
      heap.set(blocks[random() % 500] + random() % 2 * 8,
               blocks[random() % 500] + random() % 16);
    for (int i = 0; i < 10; ++i)
      heap.set(root + static_cast<std::uint64_t>(i) * 8,
               blocks[random() % 500]);
    const Searched searched(heap);
    const std::vector<int> expected = slow_distances(searched.graph, 500);
    std::size_t reached = 0;
    for (BlockNumber i = 0; i < 500; ++i) {
      if (expected[i] == 1 << 30) {
        ASSERT_EQ(searched.found.parents[i], kUnreached);
        continue;
      }
      ++reached;
      ASSERT_EQ(searched.distance(blocks[i]), expected[i]);
    }
    EXPECT_EQ(searched.found.order.size(), reached);
  }
}

TEST(Search, BlocksWithTheSameHolderAreNeighboursInTheOrder) {
  std::mt19937_64 random(7);
  FakeFrozenHeap heap;
  const std::uint64_t root = heap.global("g");
  std::vector<std::uint64_t> blocks;
  for (int i = 0; i < 2000; ++i) blocks.push_back(heap.block(80));
  for (int i = 0; i < 6000; ++i)
    heap.set(blocks[random() % 2000] + random() % 10 * 8,
             blocks[random() % 2000]);
  heap.set(root, blocks[0]);
  const Searched searched(heap);
  std::vector<Parent> seen;
  for (BlockNumber block : searched.found.order) {
    const Parent parent = searched.found.parents[block];
    if (!seen.empty() && seen.back() == parent) continue;
    ASSERT_EQ(std::find(seen.begin(), seen.end(), parent), seen.end());
    seen.push_back(parent);
  }
  EXPECT_GT(seen.size(), 100u);
}

}  // namespace
}  // namespace tidemark
