#include "harness/retention/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "harness/retention/doubt.h"
#include "tests/support/fake_frozen_heap.h"

namespace tidemark {
namespace {

bool alike(const LiveBlock& a, const LiveBlock& b) {
  return a.site == b.site && a.bytes == b.bytes;
}

struct Searched {
  explicit Searched(const FakeFrozenHeap& frozen)
      : heap(frozen),
        index(heap.blocks()),
        graph(*read_graph(heap, index)),
        found(search(graph, heap)),
        doubtful(doubtful_blocks(graph, heap.roots(), found)) {}

  // Holders from a root to the block with that address, itself included; those
  // that are like the one before them not counted.
  int distance(std::uint64_t address) const {
    int steps = 1;
    BlockNumber at = index.find(address);
    for (; !by_root(found.parents[at]); at = found.parents[at])
      steps += !alike(heap.blocks()[at], heap.blocks()[found.parents[at]]);
    return steps;
  }
  Parent parent(std::uint64_t address) const {
    return found.parents[index.find(address)];
  }
  bool doubt(std::uint64_t address) const {
    return doubtful[index.find(address)];
  }

  const FakeFrozenHeap& heap;
  BlockIndex index;
  Graph graph;
  Search found;
  std::vector<bool> doubtful;
};

TEST(Search, TheShortestWayWins) {
  FakeFrozenHeap heap;
  const std::uint64_t root = heap.global("g", 16);
  const std::uint64_t a = heap.block(16, 1), b = heap.block(16, 2),
                      c = heap.block(16, 3);
  heap.set(root, a);
  heap.set(a, b);
  heap.set(b, c);
  heap.set(a + 8, c);
  const Searched searched(heap);
  EXPECT_EQ(searched.parent(c), searched.index.find(a));
  EXPECT_EQ(searched.distance(c), 2);
}

// A word that was left behind leads into the middle of a list.
TEST(Search, AListIsOneHolderHoweverLong) {
  FakeFrozenHeap heap;
  std::uint64_t link = heap.global("g_list");
  const std::uint64_t other = heap.global("g_other");
  std::vector<std::uint64_t> nodes;
  for (int i = 0; i < 1000; ++i) {
    nodes.push_back(heap.block(80, 1));
    heap.set(link, nodes.back());
    link = nodes.back();
  }
  const std::uint64_t text = heap.block(100, 2);
  heap.set(nodes[990] + 16, text);
  const std::uint64_t operation = heap.block(64, 3);
  heap.set(other, operation);
  heap.set(operation + 24, nodes[500]);
  const Searched searched(heap);
  for (std::size_t i = 1; i < nodes.size(); ++i)
    ASSERT_EQ(searched.parent(nodes[i]), searched.index.find(nodes[i - 1]));
  EXPECT_EQ(searched.distance(nodes[999]), 1);
  EXPECT_EQ(searched.distance(text), 2);
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
std::vector<int> slow_distances(const Graph& graph,
                                std::span<const LiveBlock> heap) {
  const std::size_t blocks = heap.size();
  constexpr int kFar = 1 << 30;
  std::vector<int> distance(blocks, kFar);
  for (const RootEdge& root : graph.roots) distance[root.block] = 1;
  for (bool changed = true; changed;) {
    changed = false;
    for (BlockNumber i = 0; i < blocks; ++i)
      graph.edges.each(i, [&](BlockNumber to) {
        const int step = !alike(heap[i], heap[to]);
        if (distance[i] == kFar || distance[to] <= distance[i] + step) return;
        distance[to] = distance[i] + step;
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
      blocks.push_back(heap.block(16 + random() % 4 * 16, random() % 3));
    for (int i = 0; i < 500; ++i)
      heap.set(blocks[random() % 500] + random() % 2 * 8,
               blocks[random() % 500] + random() % 16);
    for (int i = 0; i < 10; ++i)
      heap.set(root + static_cast<std::uint64_t>(i) * 8,
               blocks[random() % 500]);
    const Searched searched(heap);
    const std::vector<int> expected =
        slow_distances(searched.graph, heap.blocks());
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
  for (int i = 0; i < 2000; ++i)
    blocks.push_back(heap.block(80, static_cast<SiteId>(i)));
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
