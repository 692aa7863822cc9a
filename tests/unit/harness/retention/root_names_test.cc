#include "harness/retention/root_names.h"

#include <gtest/gtest.h>

#include "tests/support/fake_frozen_heap.h"

namespace tidemark {
namespace {

TEST(RootNames, ANameOfAThreadHasNoOffset) {
  FakeFrozenHeap heap;
  const std::string name = "stack of thread a+16 (7) in run";
  const std::uint64_t stack = heap.root(RootKind::kStack, name, 8, 7);
  const std::vector<RootEdge> edges = {{stack, 0, 0}};
  RootNames names(heap, edges);
  EXPECT_EQ(names.root(names.root_of(0)).name, name);
  EXPECT_EQ(names.offset_of(0), 0u);
}

TEST(RootNames, AVariableIsAskedForOnce) {
  struct Counting : FakeFrozenHeap {
    RootPart root_part(const RootRange& root,
                       std::uint64_t word) const override {
      ++asked;
      return FakeFrozenHeap::root_part(root, word);
    }
    mutable int asked = 0;
  } heap;
  const std::uint64_t table = heap.global("g_table", 8000);
  std::vector<RootEdge> edges;
  for (std::uint64_t at = 0; at < 8000; at += 8)
    edges.push_back({table + at, 0, 0});
  RootNames names(heap, edges);
  for (std::uint32_t i = 0; i < edges.size(); ++i) {
    EXPECT_EQ(names.root_of(i), 0u);
    EXPECT_EQ(names.offset_of(i), i * 8);
  }
  EXPECT_EQ(heap.asked, 1);
}

TEST(RootNames, AGroupIsAllPointersOfOneVariable) {
  FakeFrozenHeap heap;
  const std::uint64_t data = heap.global("g_before", 80);
  heap.name_at(data + 16, "g_rooms");
  heap.name_at(data + 56, "g_after");
  std::vector<RootEdge> edges;
  for (std::uint64_t at = 0; at < 80; at += 8)
    edges.push_back({data + at, 0, 0});
  RootNames names(heap, edges);
  const std::uint32_t rooms = names.root_of(4);
  EXPECT_EQ(names.root(rooms).name, "g_rooms");
  EXPECT_EQ(names.offset_of(4), 16u);
  const std::uint32_t after = names.root_of(9);
  EXPECT_EQ(names.groups({rooms, after}),
            (std::vector<RootGroup>{{2, 3, 4, 5, 6}, {7, 8, 9}}));
}

// Only pages that were ever written to are ranges.
TEST(RootNames, AVariableGoesOnBehindAPageNeverTouched) {
  FakeFrozenHeap heap;
  const std::uint64_t server = heap.global("server", 16);
  heap.root_at(server + 8192, 16, RootKind::kGlobal);
  const std::vector<RootEdge> edges = {{server, 0, 0}, {server + 8192, 0, 1}};
  RootNames names(heap, edges);
  EXPECT_EQ(names.groups({names.root_of(0)}), (std::vector<RootGroup>{{0, 1}}));
}

TEST(RootNames, AGroupDoesNotGoOnInAnotherRange) {
  FakeFrozenHeap heap;
  const std::uint64_t one = heap.root(RootKind::kStack, "stack", 8, 1);
  const std::uint64_t two = heap.root(RootKind::kStack, "stack", 8, 2);
  const std::vector<RootEdge> edges = {{one, 0, 0}, {two, 0, 1}};
  RootNames names(heap, edges);
  EXPECT_EQ(names.groups({names.root_of(0)}), (std::vector<RootGroup>{{0}}));
}

}  // namespace
}  // namespace tidemark
