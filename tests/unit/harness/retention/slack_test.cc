#include "harness/retention/slack.h"

#include <gtest/gtest.h>

#include "harness/retention/pieces.h"
#include "harness/retention/who_holds.h"
#include "tests/support/fake_frozen_heap.h"

namespace tidemark {
namespace {

constexpr SiteId kAsked = 7;

Retention ask(const FakeFrozenHeap& heap) {
  Question question;
  question.findings = 1;
  question.finding_of =
      [](const LiveBlock& block) -> std::optional<std::uint32_t> {
    if (block.site != kAsked) return std::nullopt;
    return 0;
  };
  Result<std::vector<Retention>> all = who_holds(heap, question);
  EXPECT_TRUE(all.has_value());
  return all->at(0);
}

// "reachable g_x 2": how, by which root, through how many blocks.
std::string told(const FakeFrozenHeap& heap) {
  const Retention found = ask(heap);
  if (found.unreachable.value > 0) return "unreachable";
  const RetainingPath& path = found.paths.at(0);
  return (found.doubtful.value > 0 ? "doubtful " : "reachable ") +
         path.root_name + " " + std::to_string(path.holders.size());
}

// {begin, end, capacity}
void set_vector(FakeFrozenHeap& heap, std::uint64_t header,
                std::uint64_t buffer, std::uint64_t used,
                std::uint64_t capacity) {
  heap.set(header, buffer);
  heap.set(header + 8, buffer + used);
  heap.set(header + 16, buffer + capacity);
}

TEST(Slack, WhatAVectorNoLongerUsesIsDoubtful) {
  FakeFrozenHeap heap;
  const std::uint64_t global = heap.global("g_vector", 24);
  const std::uint64_t buffer = heap.block(64);
  set_vector(heap, global, buffer, 16, 64);
  heap.set(buffer + 16, heap.block(32, kAsked));
  EXPECT_EQ(told(heap), "doubtful g_vector 2");
}

TEST(Slack, WhatItUsesAsWellIsNot) {
  FakeFrozenHeap heap;
  const std::uint64_t global = heap.global("g_vector", 24);
  const std::uint64_t buffer = heap.block(64);
  const std::uint64_t element = heap.block(32, kAsked);
  set_vector(heap, global, buffer, 16, 64);
  heap.set(buffer + 8, element);
  heap.set(buffer + 16, element + 8);
  EXPECT_EQ(told(heap), "reachable g_vector 2");
}

// What was popped is freed, and its memory is another object's by now.
TEST(Slack, ALongerWayThatIsSureIsTold) {
  FakeFrozenHeap heap;
  const std::uint64_t vector = heap.global("g_vector", 24);
  const std::uint64_t list = heap.root(RootKind::kStack, "stack");
  const std::uint64_t buffer = heap.block(64, 1), one = heap.block(32, 2),
                      two = heap.block(32, 3), asked = heap.block(32, kAsked);
  set_vector(heap, vector, buffer, 8, 64);
  heap.set(buffer + 56, asked);
  heap.set(list, one);
  heap.set(one, two);
  heap.set(two, asked);
  EXPECT_EQ(told(heap), "doubtful stack 3");
}

TEST(Slack, WhatHangsOnADoubtfulBlockIsDoubtful) {
  FakeFrozenHeap heap;
  const std::uint64_t global = heap.global("g_vector", 24);
  const std::uint64_t buffer = heap.block(64, 1), inner = heap.block(24, 2),
                      second = heap.block(16, 3);
  set_vector(heap, global, buffer, 8, 64);
  heap.set(buffer + 8, inner);
  set_vector(heap, inner, second, 8, 16);
  heap.set(second + 8, heap.block(32, kAsked));
  EXPECT_EQ(told(heap), "doubtful g_vector 4");
}

TEST(Slack, WhatAClearedVectorStillHasIsDoubtful) {
  FakeFrozenHeap heap;
  const std::uint64_t global = heap.global("g_vector", 24);
  const std::uint64_t buffer = heap.block(64);
  set_vector(heap, global, buffer, 0, 64);
  heap.set(buffer, heap.block(32, kAsked));
  EXPECT_EQ(told(heap), "doubtful g_vector 2");
}

TEST(Slack, AFullVectorsEndIsNoSurePointerToTheNextBlock) {
  for (const std::uint64_t used : {16, 64}) {
    FakeFrozenHeap heap;
    const std::uint64_t global = heap.global("g_vector", 32);
    const std::uint64_t buffer = heap.block_at(0x10000, 64);
    heap.block_at(0x10040, 32, kAsked);
    set_vector(heap, global + 8, buffer, used, 64);
    EXPECT_EQ(told(heap), "doubtful g_vector 1");
  }
}

TEST(Slack, NeighboursInAnArrayAreNoVector) {
  FakeFrozenHeap heap;
  const std::uint64_t global = heap.global("g_array", 24);
  heap.block_at(0x10000, 64);
  heap.block_at(0x10040, 64);
  heap.block_at(0x10080, 64, kAsked);
  for (std::uint64_t i = 0; i < 3; ++i)
    heap.set(global + i * 8, 0x10000 + i * 64);
  EXPECT_EQ(told(heap), "reachable g_array 1");
}

TEST(Slack, AHeaderMayLieAcrossPieces) {
  for (const std::uint64_t before : {8, 16, 24}) {
    FakeFrozenHeap heap;
    const std::uint64_t global = heap.global("g");
    const std::uint64_t big = heap.block_at(0x100000, 2 * kPieceBytes);
    const std::uint64_t buffer = heap.block(64, 1);
    heap.set(global, big);
    set_vector(heap, big + kPieceBytes - before, buffer, 8, 64);
    heap.set(buffer + 8, heap.block(32, kAsked));
    EXPECT_EQ(told(heap), "doubtful g 3") << before;
  }
}

// A deque of pointers with one chunk, of which the second and third element
// are in use.
class SlackOfADeque : public testing::Test {
 protected:
  static constexpr std::uint64_t kMap = 0x20000, kChunk = 0x30000;

  SlackOfADeque() {
    heap_.block_at(kMap, 64);
    heap_.block_at(kChunk, 512);
    const std::uint64_t words[] = {kMap,         8,         kChunk + 8,  kChunk,
                                   kChunk + 512, kMap + 24, kChunk + 24, kChunk,
                                   kChunk + 512, kMap + 24};
    std::uint64_t at = header_;
    for (const std::uint64_t word : words) {
      heap_.set(at, word);
      at += 8;
    }
    heap_.set(kMap + 24, kChunk);
  }

  FakeFrozenHeap heap_;
  std::uint64_t header_ = heap_.global("g_deque", 80);
};

TEST_F(SlackOfADeque, ItsElementsAreHeld) {
  heap_.set(kChunk + 16, heap_.block(32, kAsked));
  EXPECT_EQ(told(heap_), "reachable g_deque 2");
}

TEST_F(SlackOfADeque, ADequeIsNoVectorThatWasCleared) {
  heap_.set(header_ + 16, kChunk);
  heap_.set(kChunk, heap_.block(32, kAsked));
  EXPECT_EQ(told(heap_), "reachable g_deque 2");
}

TEST_F(SlackOfADeque, PoppedElementsAreNot) {
  for (const std::uint64_t popped : {0, 24, 504}) {
    heap_.set(kChunk + popped, heap_.block(32, kAsked));
    EXPECT_EQ(told(heap_), "unreachable");
  }
}

TEST_F(SlackOfADeque, UnusedEntriesOfItsMapHoldNothing) {
  heap_.set(kMap, heap_.block(32, kAsked));
  heap_.set(kMap + 32, heap_.block(32, kAsked));
  EXPECT_EQ(told(heap_), "unreachable");
}

TEST_F(SlackOfADeque, TheEndOfItsChunkIsNoPointerToTheNextBlock) {
  heap_.block_at(kChunk + 512, 32, kAsked);
  EXPECT_EQ(told(heap_), "unreachable");
}

}  // namespace
}  // namespace tidemark
