#include "harness/runtimes/native/process_account.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

constexpr std::uint64_t kPage = 4096;

MappedMemory anonymous(std::uint64_t from, std::uint64_t pages,
                       std::int64_t pss_pages, std::string name = {}) {
  MappedMemory mapped;
  mapped.mapping.range = {from, from + pages * kPage};
  mapped.mapping.readable = mapped.mapping.writable = true;
  mapped.mapping.name = std::move(name);
  mapped.pss = mapped.rss = {pss_pages * 4096};
  return mapped;
}

MappedMemory file(std::uint64_t from, std::int64_t pss_pages,
                  std::string name) {
  MappedMemory mapped = anonymous(from, 16, pss_pages, std::move(name));
  mapped.mapping.inode = 7;
  return mapped;
}

ProcessMemory process(std::vector<MappedMemory> mapped) {
  ProcessMemory memory;
  memory.mapped = std::move(mapped);
  memory.resident = [](MemoryRange range) {
    return std::vector<MemoryRange>{range};
  };
  return memory;
}

MemoryAccount account_of(const ProcessMemory& memory) {
  AccountSum sum;
  sum.add(memory);
  return sum.account();
}

Bytes parts_of(const MemoryAccount& account) {
  return account.live + account.rounding + account.pinned + account.free +
         account.stacks + account.mappings + account.modules + account.agent +
         account.unexplained;
}

TEST(ProcessAccount, APageWithABlockIsLiveRoundedUpAndPinned) {
  ProcessMemory memory = process({anonymous(0x10000, 4, 4, "[heap]")});
  const std::vector<LiveBlock> blocks = {{0x10010, 100, 1, {}},
                                         {0x12010, 1000, 2, {}}};
  memory.blocks = blocks;
  memory.sizes = SizeClasses::glibc();
  const MemoryAccount account = account_of(memory);
  EXPECT_EQ(account.pss, Bytes{4 * 4096});
  EXPECT_EQ(account.live, Bytes{1100});
  EXPECT_EQ(account.rounding, Bytes{12 + 8});
  EXPECT_EQ(account.pinned, Bytes{2 * 4096 - 1120});
  EXPECT_EQ(account.free, Bytes{2 * 4096});
  EXPECT_EQ(account.unexplained, Bytes{0});
  EXPECT_EQ(account.blocks, Count{2});
  EXPECT_EQ(account.pinned_pages, Count{2});
  ASSERT_EQ(account.live_sites.size(), 2u);
  EXPECT_EQ(account.live_sites[0],
            (AccountSite{2, {1}, {1000}, {1}, {4096 - 1008}}));
  EXPECT_EQ(account.pinning_sites[0],
            (AccountSite{1, {1}, {100}, {1}, {4096 - 112}}));
}

TEST(ProcessAccount, APageIsDividedAmongTheBlocksInIt) {
  ProcessMemory memory = process({anonymous(0x10000, 1, 1, "[heap]")});
  const std::vector<LiveBlock> blocks = {{0x10000, 32, 1, {}},
                                         {0x10100, 32, 1, {}},
                                         {0x10200, 32, 1, {}},
                                         {0x10300, 32, 2, {}}};
  memory.blocks = blocks;
  const MemoryAccount account = account_of(memory);
  ASSERT_EQ(account.pinning_sites.size(), 2u);
  EXPECT_EQ(account.pinning_sites[0],
            (AccountSite{1, {3}, {96}, {1}, {3 * (4096 - 128) / 4}}));
  EXPECT_EQ(account.pinning_sites[1].pinned, Bytes{(4096 - 128) / 4});
}

TEST(ProcessAccount, WhatWasNeverTouchedOfABigBlockDoesNotCount) {
  ProcessMemory memory = process({anonymous(0x100000, 256, 2)});
  memory.resident = [](MemoryRange range) {
    return std::vector<MemoryRange>{
        {range.from, range.from + kPage},
        {range.from + 100 * kPage, range.from + 101 * kPage}};
  };
  const std::vector<LiveBlock> blocks = {{0x100010, 256 * kPage - 0x10, 1, {}}};
  memory.blocks = blocks;
  const MemoryAccount account = account_of(memory);
  EXPECT_EQ(account.live, Bytes{2 * 4096 - 0x10});
  EXPECT_EQ(account.pinned, Bytes{0x10});
  EXPECT_EQ(account.pinned_pages, Count{2});
  EXPECT_EQ(account.live_sites[0].bytes, Bytes{256 * 4096 - 0x10})
      << "a site has what it asked for";
}

TEST(ProcessAccount, PagesThatAChildSharesCountByTheirShare) {
  ProcessMemory memory = process({anonymous(0x10000, 4, 2, "[heap]")});
  const std::vector<LiveBlock> blocks = {{0x10000, kPage, 1, {}}};
  memory.blocks = blocks;
  const MemoryAccount account = account_of(memory);
  EXPECT_EQ(account.live, Bytes{2048});
  EXPECT_EQ(account.free, Bytes{3 * 2048});
  EXPECT_EQ(parts_of(account), account.pss);
}

TEST(ProcessAccount, OwnersHaveTheirPartsOfOneMapping) {
  ProcessMemory memory = process({anonymous(0x10000, 8, 8)});
  memory.owners = {
      {{0x10000, 0x11000}, Owner::kAgent, ""},
      // The first has it.
      {{0x10000, 0x13000}, Owner::kStack, ""},
      {{0x14000, 0x15000}, Owner::kMapping, "/usr/bin/python3"},
      {{0x15000, 0x15800}, Owner::kModule, "/lib/a.so"},
      {{0x16000, 0x17000}, Owner::kAllocator, ""},
  };
  const MemoryAccount account = account_of(memory);
  EXPECT_EQ(account.agent, Bytes{4096});
  EXPECT_EQ(account.stacks, Bytes{2 * 4096});
  EXPECT_EQ(account.mappings, Bytes{4096});
  EXPECT_EQ(account.mappings_by_module,
            (std::vector<std::pair<std::string, Bytes>>{
                {"/usr/bin/python3", {4096}}}));
  EXPECT_EQ(account.modules, Bytes{4096}) << "whole pages";
  EXPECT_EQ(account.free, Bytes{4096});
  EXPECT_EQ(account.unexplained, Bytes{2 * 4096});
  EXPECT_DOUBLE_EQ(explained_share(account), 0.75);
}

TEST(ProcessAccount, FilesAreModulesAndTheAgentsTableIsNobodys) {
  MappedMemory table = file(0x90000, 100, "/memfd:tidemark-agent (deleted)");
  table.mapping.shared = true;
  ProcessMemory memory = process({file(0x10000, 3, "/usr/bin/service"),
                                  anonymous(0x40000, 2, 1, "[stack]"),
                                  file(0x50000, 5, "/lib/libtidemark_agent.so"),
                                  table, anonymous(0xa0000, 1, 1, "[vdso]")});
  memory.owners = {{{0x50000, 0x60000}, Owner::kAgent, ""}};
  const MemoryAccount account = account_of(memory);
  EXPECT_EQ(account.pss, Bytes{10 * 4096});
  EXPECT_EQ(account.modules, Bytes{4 * 4096});
  EXPECT_EQ(account.bytes_by_module.front(),
            (std::pair<std::string, Bytes>{"/usr/bin/service", {3 * 4096}}));
  EXPECT_EQ(account.stacks, Bytes{4096});
  EXPECT_EQ(account.agent, Bytes{5 * 4096});
  EXPECT_EQ(account.unexplained, Bytes{0});
}

TEST(ProcessAccount, AnAnonymousMappingWithABlockIsTheAllocators) {
  ProcessMemory memory =
      process({anonymous(0x10000, 2, 2), anonymous(0x20000, 2, 2)});
  const std::vector<LiveBlock> blocks = {{0x11000, 64, 1, {}}};
  memory.blocks = blocks;
  const MemoryAccount account = account_of(memory);
  EXPECT_EQ(account.free, Bytes{4096});
  EXPECT_EQ(account.unexplained, Bytes{2 * 4096});
}

TEST(ProcessAccount, BlocksThatOverlapAreCutAndCountedOnce) {
  ProcessMemory memory = process({anonymous(0x10000, 1, 1, "[heap]")});
  const std::vector<LiveBlock> blocks = {{0x10000, 200, 1, {}},
                                         {0x10010, 100, 2, {}},
                                         {0x10010, 50, 3, {}},
                                         {~0ull - 8, 100, 4, {}}};
  memory.blocks = blocks;
  const MemoryAccount account = account_of(memory);
  EXPECT_EQ(account.live, Bytes{16 + 50});
  EXPECT_EQ(parts_of(account), account.pss);
}

TEST(ProcessAccount, ProcessesAddUp) {
  ProcessMemory memory = process({anonymous(0x10000, 1, 1, "[heap]")});
  const std::vector<LiveBlock> blocks = {{0x10000, 1000, 1, {}}};
  memory.blocks = blocks;
  AccountSum sum;
  sum.add(memory);
  sum.add(memory);
  const MemoryAccount account = sum.account();
  EXPECT_EQ(account.pss, Bytes{2 * 4096});
  EXPECT_EQ(account.live, Bytes{2000});
  EXPECT_EQ(account.live_sites.front().blocks, Count{2});
}

}  // namespace
}  // namespace tidemark
