#include "harness/retention/shares.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

namespace tidemark {
namespace {

// A heap as sizes, pointers and roots, without any bytes.
struct Sketch {
  std::vector<LiveBlock> blocks;
  std::vector<std::pair<BlockNumber, BlockNumber>> pointers;
  std::vector<BlockNumber> roots;  // what each root word points to

  BlockNumber block(std::uint64_t bytes) {
    blocks.push_back({blocks.size() * 1024 + 4096, bytes, 0, {}});
    return static_cast<BlockNumber>(blocks.size() - 1);
  }
  std::uint32_t root(BlockNumber block) {
    roots.push_back(block);
    return static_cast<std::uint32_t>(roots.size() - 1);
  }
  Graph graph() {
    std::stable_sort(
        pointers.begin(), pointers.end(),
        [](const auto& a, const auto& b) { return a.first < b.first; });
    Graph result{Edges(blocks.size()), {}};
    for (const auto& [from, to] : pointers) result.edges.add(from, to);
    result.edges.finish(blocks.size());
    for (std::size_t i = 0; i < roots.size(); ++i)
      result.roots.push_back({4096 + i * 8, roots[i], 0});
    return result;
  }
  std::vector<Share> shares_of(const std::vector<RootGroup>& groups) {
    return shares(graph(), blocks, groups);
  }
  // BLeak's: an array of two references of 4 bytes to two wrappers of one
  // each. Gives the array; the wrappers hold `contents`.
  BlockNumber array(BlockNumber first, BlockNumber second) {
    const BlockNumber array = block(8);
    for (BlockNumber content : {first, second}) {
      const BlockNumber wrapper = block(4);
      pointers.emplace_back(array, wrapper);
      pointers.emplace_back(wrapper, content);
    }
    return array;
  }
};

TEST(Shares, WhatAStaticAlsoHoldsIsNotShared) {
  Sketch heap;
  const BlockNumber a = heap.block(4), b = heap.block(4);
  heap.root(a);
  heap.root(b);
  const std::uint32_t leak = heap.root(heap.array(a, b));
  EXPECT_EQ(heap.shares_of({{leak}}), (std::vector<Share>{{{3}, {16}, 3, 16}}));
}

TEST(Shares, TwoArraysShareTheirContents) {
  Sketch heap;
  const BlockNumber a = heap.block(4), b = heap.block(4);
  const std::uint32_t one = heap.root(heap.array(a, b));
  const std::uint32_t two = heap.root(heap.array(a, b));
  const Share each{{3}, {16}, 4, 20};
  EXPECT_EQ(heap.shares_of({{one}, {two}}), (std::vector<Share>{each, each}));
}

TEST(Shares, SixtyFiveRootsAreOneTooManyForAMask) {
  Sketch heap;
  const BlockNumber a = heap.block(4), b = heap.block(4);
  std::vector<RootGroup> groups;
  for (int i = 0; i < 65; ++i) groups.push_back({heap.root(heap.array(a, b))});
  const std::vector<Share> all = heap.shares_of(groups);
  ASSERT_EQ(all.size(), 65u);
  for (const Share& share : all) {
    EXPECT_EQ(share.objects, Count{3});
    EXPECT_EQ(share.retained, Bytes{16});
    EXPECT_EQ(std::floor(share.shared_objects), 3);
    EXPECT_EQ(std::floor(share.shared), 16);
  }
}

TEST(Shares, ARootOfManyWordsIsTakenAwayAsOne) {
  Sketch heap;
  const BlockNumber a = heap.block(100);
  const std::uint32_t begin = heap.root(a), end = heap.root(a);
  EXPECT_EQ(heap.shares_of({{begin, end}})[0].retained, Bytes{100});
  EXPECT_EQ(heap.shares_of({{begin}})[0].retained, Bytes{0});
}

TEST(Shares, OfNoRootsAreNone) {
  Sketch heap;
  heap.root(heap.block(8));
  EXPECT_TRUE(heap.shares_of({}).empty());
}

// What one root reaches, slowly.
std::set<BlockNumber> reach(const Sketch& heap,
                            const std::vector<BlockNumber>& from) {
  std::set<BlockNumber> seen(from.begin(), from.end());
  for (std::size_t before = 0; before != seen.size();) {
    before = seen.size();
    for (const auto& [a, b] : heap.pointers)
      if (seen.contains(a)) seen.insert(b);
  }
  return seen;
}

TEST(Shares, AgreeWithTheirDefinitionOnRandomHeaps) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    std::mt19937_64 random(seed);
    Sketch heap;
    for (int i = 0; i < 200; ++i) heap.block(random() % 1000);
    for (int i = 0; i < 260; ++i)
      heap.pointers.emplace_back(random() % 200, random() % 200);
    std::vector<RootGroup> groups(64);
    for (int i = 0; i < 66; ++i) {
      const std::uint32_t root = heap.root(random() % 200);
      if (i < 64) groups[static_cast<std::size_t>(i)].push_back(root);
    }
    const std::set<BlockNumber> outside =
        reach(heap, {heap.roots[64], heap.roots[65]});
    std::vector<std::set<BlockNumber>> reached;
    for (std::size_t g = 0; g < 64; ++g)
      reached.push_back(reach(heap, {heap.roots[g]}));
    const std::vector<Share> found = heap.shares_of(groups);
    for (std::size_t g = 0; g < 64; ++g) {
      double shared = 0;
      std::int64_t retained = 0;
      for (BlockNumber b : reached[g]) {
        if (outside.contains(b)) continue;
        int holders = 0;
        for (const auto& other : reached) holders += other.contains(b);
        const double bytes = static_cast<double>(heap.blocks[b].bytes);
        shared += bytes / holders;
        if (holders == 1) retained += static_cast<std::int64_t>(bytes);
      }
      ASSERT_EQ(found[g].retained.value, retained);
      ASSERT_NEAR(found[g].shared, shared, 1e-6);
    }
  }
}

}  // namespace
}  // namespace tidemark
