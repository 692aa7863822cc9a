#include "harness/runtimes/native/root_ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

constexpr RootKind kGlobal = RootKind::kGlobal;

RootSources process(const char* maps) {
  RootSources sources;
  sources.pid = 7;
  sources.map = parse_memory_map(maps);
  return sources;
}

ThreadStorage storage(pid_t tid, MemoryRange range) {
  ThreadStorage made;
  made.tid = tid;
  made.range = range;
  made.thread_pointer = range.to - 0x900;
  return made;
}

using Roots = std::vector<RootRange>;

TEST(RootRanges, WritableSegmentsAreGlobalsAsFarAsTheyAreWritable) {
  RootSources from = process(
      "10000-11000 r-xp 0 fe:00 1 /bin/chat\n"
      "11000-12000 r--p 0 fe:00 1 /bin/chat\n"
      "12000-13000 rw-p 0 fe:00 1 /bin/chat\n"
      "13000-15000 rw-p 0 00:00 0\n");
  from.modules = {
      {"/bin/chat", {0x10000, 0x14800}, 0x10000, {{0x11800, 0x14801}}, {}, 0}};
  EXPECT_EQ(root_ranges(from), (Roots{{0x12000, 0x13000, kGlobal, 0},
                                      {0x13000, 0x15000, kGlobal, 0}}));
}

TEST(RootRanges, LibcAndTheLoaderAreTheAllocatorsOwn) {
  EXPECT_TRUE(is_allocators_own("/lib/x86_64-linux-gnu/libc.so.6"));
  EXPECT_TRUE(is_allocators_own("/lib64/ld-linux-x86-64.so.2"));
  EXPECT_TRUE(is_allocators_own("/usr/lib/libjemalloc.so.2"));
  EXPECT_FALSE(is_allocators_own("/usr/lib/libcrypto.so.3"));
  EXPECT_FALSE(is_allocators_own("/bin/chat"));
}

TEST(RootRanges, TheAgentsMemoryIsNobodysRoot) {
  RootSources from = process(
      "10000-12000 rw-p 0 fe:00 1 /lib/agent.so\n"
      "12000-13000 rw-s 0 00:01 9 /memfd:tidemark-agent (deleted)\n"
      "13000-14000 rw-p 0 fe:00 1 /lib/agent.so\n"
      "20000-30000 rw-p 0 00:00 0\n");
  from.modules = {
      {"/lib/agent.so", {0x10000, 0x14000}, 0, {{0x10000, 0x14000}}, {}, 0}};
  from.agent = {{0x20000, 0x30000}};
  EXPECT_THAT(root_ranges(from), IsEmpty());
}

TEST(RootRanges, AStackBeginsBelowItsPointerAndEndsBeforeTheStorage) {
  RootSources from = process("20000-30000 rw-p 0 00:00 0\n");
  from.threads = {{8, "worker", 0x2e000, 0, {}}};
  from.storages = {storage(8, {0x2f000, 0x30000})};
  EXPECT_EQ(root_ranges(from),
            (Roots{{0x2f000, 0x30000, RootKind::kThreadLocal, 8},
                   {0x2df80, 0x2f000, RootKind::kStack, 8}}));
}

TEST(RootRanges, ARunningThreadsStackIsARootAsAWhole) {
  RootSources from = process(
      "20000-30000 rw-p 0 00:00 0\n"
      "70000-80000 rw-p 0 00:00 0 [stack]\n");
  from.threads = {{7, "main", std::nullopt, 0, {}},
                  {8, "worker", std::nullopt, 0, {}}};
  from.storages = {storage(8, {0x2f000, 0x30000})};
  EXPECT_EQ(root_ranges(from),
            (Roots{{0x2f000, 0x30000, RootKind::kThreadLocal, 8},
                   {0x20000, 0x2f000, RootKind::kStack, 8},
                   {0x70000, 0x80000, RootKind::kStack, 7}}));
}

TEST(RootRanges, TheAgentsThreadHoldsNothing) {
  RootSources from = process("20000-30000 rw-p 0 00:00 0\n");
  from.agent_tid = 8;
  from.threads = {{8, "tidemark-agent", 0x2e000, 0, {}}};
  from.storages = {storage(8, {0x2f000, 0x30000})};
  EXPECT_THAT(root_ranges(from), IsEmpty());
}

TEST(RootRanges, StacksKeptForLaterThreadsAreLeftOut) {
  RootSources from = process("20000-30000 rw-p 0 00:00 0\n");
  from.storages = {storage(0, {0x2f000, 0x30000})};
  EXPECT_THAT(root_ranges(from), IsEmpty());
}

// The kernel joins a stack with what is mapped above it.
TEST(RootRanges, WhatIsMappedAboveAStackIsNotItsPart) {
  RootSources from = process("20000-40000 rw-p 0 00:00 0\n");
  from.threads = {{8, "worker", 0x2e000, 0, {}}};
  from.storages = {storage(8, {0x2f000, 0x30000})};
  EXPECT_THAT(root_ranges(from),
              Contains(RootRange{0x30000, 0x40000, RootKind::kMapping, 0}));
}

TEST(RootRanges, AStackThatTheServiceGaveEndsWhereItBegins) {
  RootSources from = process("20000-40000 rw-p 0 00:00 0\n");
  from.mapped = {{0x28000, 0x30000}};
  from.threads = {{8, "worker", std::nullopt, 0, {}}};
  from.storages = {storage(8, {0x2f000, 0x30000})};
  EXPECT_EQ(root_ranges(from),
            (Roots{{0x2f000, 0x30000, RootKind::kThreadLocal, 8},
                   {0x28000, 0x2f000, RootKind::kStack, 8},
                   {0x20000, 0x28000, RootKind::kMapping, 0},
                   {0x30000, 0x40000, RootKind::kMapping, 0}}));
}

TEST(RootRanges, AFiberUsesPartOfABlock) {
  RootSources from = process(
      "20000-30000 rw-p 0 00:00 0\n"
      "50000-60000 rw-p 0 00:00 0 [heap]\n");
  std::vector<LiveBlock> heap{{0x51000, 0x4000, 1, {1}}};
  from.heap = heap;
  from.threads = {{8, "worker", 0x54000, 0, {}}};
  from.storages = {storage(8, {0x2f000, 0x30000})};
  EXPECT_EQ(root_ranges(from),
            (Roots{{0x2f000, 0x30000, RootKind::kThreadLocal, 8},
                   {0x20000, 0x2f000, RootKind::kStack, 8},
                   {0x53f80, 0x55000, RootKind::kStack, 8}}));
}

TEST(RootRanges, MemoryOfTheAllocatorIsNoRoot) {
  RootSources from = process(
      "20000-30000 rw-p 0 00:00 0\n"
      "50000-60000 rw-p 0 00:00 0 [heap]\n"
      "90000-a0000 rw-p 0 00:00 0\n");
  std::vector<LiveBlock> heap{{0x21000, 0x40, 1, {1}}};
  from.heap = heap;
  from.allocator = {{0x90000, 0x98000}};
  EXPECT_EQ(root_ranges(from),
            (Roots{{0x98000, 0xa0000, RootKind::kMapping, 0}}));
}

// A large block of malloc's lies beside it, in one mapping for the kernel.
TEST(RootRanges, TheServicesMappingIsARootBesideTheAllocators) {
  RootSources from = process("20000-40000 rw-p 0 00:00 0\n");
  std::vector<LiveBlock> heap{{0x20010, 0xfff0, 1, {1}}};
  from.heap = heap;
  from.mapped = {{0x30000, 0x38000}};
  EXPECT_EQ(root_ranges(from),
            (Roots{{0x30000, 0x38000, RootKind::kMapping, 0}}));
}

// So are the loader's blocks of before there was malloc.
TEST(RootRanges, TheServicesMappingIsARootBesideTheLoaders) {
  RootSources from = process("20000-40000 rw-p 0 00:00 0\n");
  from.threads = {{7, "main", 0x70000, 0, {}}};
  from.storages = {storage(7, {0x2f000, 0x30000})};
  from.mapped = {{0x30000, 0x38000}};
  EXPECT_EQ(root_ranges(from),
            (Roots{{0x2f000, 0x30000, RootKind::kThreadLocal, 7},
                   {0x30000, 0x38000, RootKind::kMapping, 0},
                   {0x20000, 0x2f000, RootKind::kAllocator, 0},
                   {0x38000, 0x40000, RootKind::kAllocator, 0}}));
}

// A memfd, a segment of other processes', a file that is written to.
TEST(RootRanges, WritableFilesAreMappings) {
  RootSources from = process(
      "20000-30000 r--p 0 00:00 0\n"
      "30000-40000 rw-s 0 fe:00 5 /var/lib/data\n"
      "50000-60000 rw-s 0 00:01 6 /dev/zero (deleted)\n"
      "70000-80000 rw-p 0 fe:00 7 /var/lib/copied\n"
      "100000000-200000000 rw-s 0 fe:00 8 /var/lib/big\n");
  EXPECT_EQ(root_ranges(from),
            (Roots{{0x30000, 0x40000, RootKind::kMapping, 0},
                   {0x50000, 0x60000, RootKind::kMapping, 0},
                   {0x70000, 0x80000, RootKind::kMapping, 0}}));
}

// The loader asks malloc for them when a thread uses them first.
TEST(RootRanges, VariablesOfALoadedModuleAreThreadLocal) {
  RootSources from = process(
      "20000-30000 rw-p 0 00:00 0\n"
      "50000-60000 rw-p 0 00:00 0 [heap]\n");
  std::vector<LiveBlock> heap{{0x51000, 0x110, 1, {1}}};
  from.heap = heap;
  from.modules = {{"/bin/a", {0x1000, 0x2000}, 0, {}, {}, 0x40},
                  {"/lib/b.so", {0x3000, 0x4000}, 0, {}, {}, 0x100},
                  {"/lib/gone.so", {0x5000, 0x6000}, 0, {}, {}, 0x20}};
  from.thread_local_order = {0, 1, 2};
  from.threads = {{8, "worker", 0x2e000, 0, {}}};
  from.storages = {storage(8, {0x2f000, 0x30000})};
  from.storages[0].modules = {0x2f000, 0x51010, 0x58000};
  EXPECT_EQ(root_ranges(from),
            (Roots{{0x2f000, 0x30000, RootKind::kThreadLocal, 8},
                   {0x51010, 0x51110, RootKind::kThreadLocal, 8},
                   {0x2df80, 0x2f000, RootKind::kStack, 8}}));
}

}  // namespace
}  // namespace tidemark
