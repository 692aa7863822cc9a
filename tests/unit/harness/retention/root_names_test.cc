#include "harness/retention/root_names.h"

#include <gtest/gtest.h>

#include "tests/support/fake_frozen_heap.h"

namespace tidemark {
namespace {

using Split = std::pair<std::string, std::uint32_t>;

TEST(RootNames, AnOffsetIsTakenOffAName) {
  EXPECT_EQ(split_root_name("g_rooms+16"), Split("g_rooms", 16));
  EXPECT_EQ(split_root_name("g_rooms"), Split("g_rooms", 0));
  EXPECT_EQ(split_root_name("a::operator+"), Split("a::operator+", 0));
  EXPECT_EQ(split_root_name("f<1+2>"), Split("f<1+2>", 0));
  EXPECT_EQ(split_root_name("x+99999999999"), Split("x+99999999999", 0));
  EXPECT_EQ(split_root_name("+8"), Split("+8", 0));
  EXPECT_EQ(split_root_name("vtable for A+B+8"), Split("vtable for A+B", 8));
}

TEST(RootNames, AnOffsetIsTakenOutOfWhatSaysMoreThanAName) {
  EXPECT_EQ(split_root_name("g_rooms+16 (chat.cpp)"),
            Split("g_rooms (chat.cpp)", 16));
  EXPECT_EQ(split_root_name("t_log+8 (a.cpp) of thread io+4 (4711)"),
            Split("t_log (a.cpp) of thread io+4 (4711)", 8));
  EXPECT_EQ(split_root_name("libc.so.6+0x1f2"), Split("libc.so.6+0x1f2", 0));
}

TEST(RootNames, ANameOfAThreadHasNoOffset) {
  FakeFrozenHeap heap;
  const std::string name = "stack of thread a+16 (7) in run";
  const std::uint64_t stack = heap.root(RootKind::kStack, name, 8, 7);
  const std::vector<RootEdge> edges = {{stack, 0, 0}};
  RootNames names(heap, edges);
  EXPECT_EQ(names.root(names.root_of(0)).name, name);
  EXPECT_EQ(names.offset_of(0), 0u);
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
