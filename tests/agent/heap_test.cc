// What the agent records of each allocation function, under each allocator.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/agent/subject.h"
#include "tests/agent/under_agent.h"

namespace tidemark {
namespace {

struct Preload {
  const char* name;
  const char* library;

  // Names a test: without it the bytes would, which differ from run to run.
  friend void PrintTo(const Preload& shown, std::ostream* out) {
    *out << shown.name;
  }
};

class AgentHeap : public testing::TestWithParam<Preload> {
 protected:
  // Starts the case, waits until it is ready, and reads its table.
  BySize sizes_of(const std::string& name) {
    subject_ = std::make_unique<UnderAgent>(
        std::vector<std::string>{TIDEMARK_SUBJECT, name}, GetParam().library);
    EXPECT_EQ(subject_->line(), "ready") << name;
    segment_ = subject_->segment();
    if (!segment_) return {};
    return live_by_size(*segment_);
  }

  void ends_well() {
    Finished finished = subject_->finish();
    EXPECT_TRUE(WIFEXITED(finished.status));
    EXPECT_EQ(WEXITSTATUS(finished.status), 0) << finished.errors;
    EXPECT_EQ(finished.errors, "");
  }

  std::unique_ptr<UnderAgent> subject_;
  std::unique_ptr<SegmentReader> segment_;
};

TEST_P(AgentHeap, LiveBlocksAreCountedAndFreedOnesAreNot) {
  BySize sizes = sizes_of("basic");
  EXPECT_EQ(sizes[kMark(0)], 7u);
  EXPECT_EQ(sizes.count(kMark(1)), 0u);
  EXPECT_EQ(sizes[3 * kMark(2)], 1u);
  ends_well();
}

TEST_P(AgentHeap, WhatWasFreedIsCountedAtTheSiteAllTheSame) {
  sizes_of("allocated_and_freed");
  std::uint64_t site = 0;
  segment_->each_block([&](const RawBlock& block) {
    if (block.bytes == kMark(1)) site = agent::cell_site(block.cell);
  });
  ASSERT_NE(site, 0u);
  std::vector<RawTally> tallies = segment_->tallies();
  std::erase_if(tallies,
                [&](const RawTally& tally) { return tally.site != site; });
  EXPECT_EQ(tallies,
            (std::vector<RawTally>{{site, 8001, 8000 * kMark(0) + kMark(1)}}));
  ends_well();
}

TEST_P(AgentHeap, SitesThatTakeEachOthersPlacesAreCountedEach) {
  sizes_of("many_sites");
  std::map<std::uint64_t, std::size_t> numbers;
  segment_->each_block([&](const RawBlock& block) {
    for (std::size_t n = 0; n < 300; ++n)
      if (block.bytes == kMark(n)) numbers[agent::cell_site(block.cell)] = n;
  });
  EXPECT_EQ(numbers.size(), 300u);
  for (const RawTally& tally : segment_->tallies()) {
    const auto known = numbers.find(tally.site);
    if (known == numbers.end()) continue;
    const std::size_t n = known->second;
    EXPECT_EQ(tally, (RawTally{tally.site, 4 * n + 1, 64 * n + kMark(n)}));
  }
  ends_well();
}

TEST_P(AgentHeap, TheTalliesOfAllSitesAreTheCounters) {
  for (const char* subject : {"allocated_and_freed", "reuse_storm",
                              "cross_thread", "cxx_operators", "many_sites"}) {
    sizes_of(subject);
    RawCounters sum;
    for (const RawTally& tally : segment_->tallies()) {
      sum.allocations += tally.births;
      sum.allocated_bytes += tally.bytes;
    }
    EXPECT_EQ(sum.allocations, segment_->counters().allocations) << subject;
    EXPECT_EQ(sum.allocated_bytes, segment_->counters().allocated_bytes)
        << subject;
    ends_well();
  }
}

TEST_P(AgentHeap, WhatConstructorsAllocateBeforeMainIsSeen) {
  BySize sizes = sizes_of("basic");
  EXPECT_EQ(sizes[kMark(900)], 1u);
  ends_well();
}

TEST_P(AgentHeap, FailedAllocationsChangeNothing) {
  BySize sizes = sizes_of("overflow");
  EXPECT_EQ(sizes[kMark(0)], 1u);
  ends_well();
}

TEST_P(AgentHeap, ZeroSizesAndNullsAreHarmless) {
  BySize sizes = sizes_of("zero_size");
  EXPECT_EQ(sizes[kMark(0)], 1u);
  EXPECT_EQ(sizes.count(kMark(1)), 0u);
  ends_well();
}

TEST_P(AgentHeap, ReallocLeavesOneBlockOfTheLastSize) {
  BySize sizes = sizes_of("realloc_moves");
  EXPECT_EQ(sizes[kMark(0)], 1u);
  for (std::uint64_t n = 1 << 16; n <= 1 << 20; n *= 2)
    EXPECT_EQ(sizes.count(n), 0u) << n;
  ends_well();
}

TEST_P(AgentHeap, AlignedBlocksAreRecordedWhereTheyStart) {
  BySize sizes = sizes_of("aligned");
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(sizes[kMark(i)], 1u) << i;
  EXPECT_EQ(sizes.count(kMark(4)), 0u);
  EXPECT_EQ(sizes[4 << 20], 1u);
  ends_well();
}

TEST_P(AgentHeap, WhatLibcAllocatesIsCountedOnce) {
  BySize sizes = sizes_of("through_libc");
  EXPECT_EQ(sizes[kMark(0)], 1u);
  EXPECT_EQ(sizes[kMark(1)], 1u);
  EXPECT_EQ(sizes[kMark(2)], 1u);
  ends_well();
}

TEST_P(AgentHeap, AllOfTheUsableSizeMayBeWritten) {
  BySize sizes = sizes_of("usable_size");
  EXPECT_EQ(sizes[kMark(0)], 1u);
  ends_well();
}

TEST_P(AgentHeap, OperatorsNewAndDeleteAreFollowed) {
  BySize sizes = sizes_of("cxx_operators");
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(sizes[kMark(i)], 1u) << i;
  for (std::size_t i = 4; i < 8; ++i) EXPECT_EQ(sizes.count(kMark(i)), 0u) << i;
  EXPECT_EQ(sizes[128 * 79], 1u);
  ends_well();
}

// mimalloc's operator new cannot throw and aborts; the others throw. Either
// must be as it is without the agent.
TEST_P(AgentHeap, OutOfMemoryInNewIsAsWithoutTheAgent) {
  std::vector<std::string> command{TIDEMARK_SUBJECT, "cxx_out_of_memory"};
  std::vector<std::string> bare{
      "env", std::string("LD_PRELOAD=") + GetParam().library};
  bare.insert(bare.end(), command.begin(), command.end());
  Finished without = run_bare(bare);
  UnderAgent with(command, GetParam().library);
  EXPECT_EQ(with.finish().status, without.status);
}

TEST_P(AgentHeap, BlocksOver4GiBKeepTheirSize) {
  sizes_of("over_4_gib");
  std::vector<CellCount> big = segment_->big_blocks();
  ASSERT_EQ(big.size(), 1u);
  EXPECT_EQ(big[0].blocks, (std::uint64_t{5} << 30) + 7);
  ends_well();
}

TEST_P(AgentHeap, TinyBlocksDoNotShareACell) {
  BySize sizes = sizes_of("tiny_blocks");
  EXPECT_GE(sizes[7], 1000u);
  EXPECT_GE(sizes[8], 1000u);
  ends_well();
}

TEST_P(AgentHeap, ErrnoIsLeftAlone) {
  BySize sizes = sizes_of("errno_kept");
  EXPECT_EQ(sizes[kMark(1)], 1u);
  ends_well();
}

TEST_P(AgentHeap, ABlockFreedByAnotherThreadIsGone) {
  BySize sizes = sizes_of("cross_thread");
  for (std::size_t i = 0; i < 64; ++i)
    EXPECT_EQ(sizes.count(kMark(i)), 0u) << i;
  EXPECT_EQ(sizes[kMark(100)], 1u);
  ends_well();
}

TEST_P(AgentHeap, AStormOfReusedAddressesLeavesNoTrace) {
  BySize sizes = sizes_of("reuse_storm");
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(sizes.count(kMark(i)), 0u) << i;
  EXPECT_EQ(sizes[kMark(4)], 5u);
  ends_well();
}

TEST_P(AgentHeap, MappingsAreCutMovedAndForgotten) {
  sizes_of("mappings");
  std::map<std::uint64_t, int> lengths;
  for (const RawRegion& region : segment_->regions())
    ++lengths[region.bytes / 4096];
  EXPECT_EQ(lengths[32], 1);
  EXPECT_EQ(lengths.count(77), 0u);
  EXPECT_EQ(lengths[20], 1);
  ends_well();
}

INSTANTIATE_TEST_SUITE_P(
    Allocators, AgentHeap,
    testing::Values(Preload{"glibc", ""},
                    Preload{"jemalloc", "libjemalloc.so.2"},
                    Preload{"mimalloc", "libmimalloc.so.2"},
                    Preload{"tcmalloc", "libtcmalloc_minimal.so.4"}),
    [](const auto& p) { return std::string(p.param.name); });

}  // namespace
}  // namespace tidemark
