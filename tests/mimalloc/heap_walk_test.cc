#include "harness/runtimes/mimalloc/heap_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <memory>
#include <string>
#include <thread>

namespace tidemark {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

bool has(const MimallocHeap& heap, const void* block) {
  return std::any_of(heap.blocks.begin(), heap.blocks.end(),
                     [block](const MimallocBlock& each) {
                       return each.address ==
                              reinterpret_cast<std::uintptr_t>(block);
                     });
}

// What a connection of a service might be.
struct Session {
  std::string name = std::string(200, 'n');
  char buffer[3000];
};

TEST(MimallocHeap, HasWhatMallocAndNewAllocateUntilItIsFreed) {
  void* by_malloc = malloc(100);
  auto by_new = std::make_unique<Session>();
  const MimallocHeap live = walk_mimalloc_heap();
  EXPECT_TRUE(has(live, by_malloc));
  EXPECT_TRUE(has(live, by_new.get()));
  EXPECT_TRUE(has(live, by_new->name.data()));
  const void* gone = by_malloc;
  free(by_malloc);
  by_new.reset();
  EXPECT_FALSE(has(walk_mimalloc_heap(), gone));
}

TEST(MimallocHeap, IsNotChangedByBeingWalked) {
  const MimallocHeap before = walk_mimalloc_heap();
  const MimallocHeap copy = before;
  const MimallocHeap after = walk_mimalloc_heap();
  EXPECT_EQ(before.blocks, after.blocks);
  EXPECT_THAT(growth(before, after), IsEmpty());
  EXPECT_EQ(copy.live(), after.live());
}

TEST(MimallocHeap, ALeakPerConnectionIsItsSizeAndItsNumber) {
  const MimallocHeap before = walk_mimalloc_heap();
  std::unique_ptr<void*[]> leaked(new void*[500]);
  for (int i = 0; i < 500; ++i) {
    auto session = std::make_unique<Session>();
    leaked[i] = malloc(1000);
  }
  const MimallocHeap after = walk_mimalloc_heap();
  const std::vector<MimallocGrowth> grown = growth(before, after);
  ASSERT_FALSE(grown.empty());
  EXPECT_EQ(grown[0].objects, Count{500});
  EXPECT_EQ(grown[0].size.value,
            static_cast<std::int64_t>(mi_usable_size(leaked[0])));
  EXPECT_EQ(mi_usable_size(reinterpret_cast<void*>(grown[0].example)),
            mi_usable_size(leaked[0]));
  const Bytes size = grown[0].size;
  for (int i = 0; i < 500; ++i) free(leaked[i]);
  for (const MimallocGrowth& one : growth(before, walk_mimalloc_heap()))
    EXPECT_NE(one.size, size);
}

TEST(MimallocHeap, WhatWasFreedAndAllocatedAnewIsNoGrowth) {
  std::vector<std::unique_ptr<Session>> sessions(100);
  for (auto& session : sessions) session = std::make_unique<Session>();
  const MimallocHeap before = walk_mimalloc_heap();
  for (auto& session : sessions) {
    session.reset();
    session = std::make_unique<Session>();
  }
  EXPECT_THAT(growth(before, walk_mimalloc_heap()), IsEmpty());
}

TEST(MimallocHeap, WhatAnotherThreadHasFreedIsGone) {
  const MimallocHeap before = walk_mimalloc_heap();
  std::vector<void*> blocks(1000);
  for (void*& block : blocks) block = malloc(500);
  std::thread([&] {
    for (void* block : blocks) free(block);
  }).join();
  std::vector<void*>().swap(blocks);
  const MimallocHeap after = walk_mimalloc_heap();
  for (const MimallocGrowth& one : growth(before, after))
    EXPECT_NE(one.size.value, 512) << one.objects.value;
}

TEST(MimallocHeap, AHeapOfItsOwnIsWalkedAlone) {
  mi_heap_t* heap = mi_heap_new();
  void* block = mi_heap_malloc(heap, 64);
  const MimallocHeap found = walk_mimalloc_heap(heap);
  EXPECT_THAT(found.blocks, SizeIs(1));
  EXPECT_TRUE(has(found, block));
  EXPECT_FALSE(has(walk_mimalloc_heap(), block));
  mi_heap_destroy(heap);
}

// Why mimalloc gives nothing back: 1 block in 64 keeps its page.
TEST(MimallocHeap, AreasTellHowMuchAFewBlocksKeep) {
  mi_heap_t* heap = mi_heap_new();
  std::vector<void*> blocks(64'000);
  for (void*& block : blocks) block = mi_heap_malloc(heap, 256);
  for (std::size_t i = 0; i < blocks.size(); ++i)
    if (i % 64 != 0) mi_free(blocks[i]);
  const MimallocHeap found = walk_mimalloc_heap(heap);
  EXPECT_EQ(found.blocks.size(), 1000u);
  EXPECT_EQ(found.live(), Bytes{256 * 1000});
  EXPECT_GT(found.committed(), Bytes{32 * 256 * 1000});
  Count live;
  for (const MimallocArea& area : found.areas) {
    EXPECT_EQ(area.block, Bytes{256});
    EXPECT_LE(area.live, area.capacity);
    EXPECT_LE(area.committed, area.reserved);
    live += area.live;
  }
  EXPECT_EQ(live, Count{1000});
  mi_heap_destroy(heap);
}

}  // namespace
}  // namespace tidemark
