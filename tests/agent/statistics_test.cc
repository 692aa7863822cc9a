// What each allocator says of itself when the agent asks it.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <thread>

#include "harness/runtimes/native/allocator_figures.h"
#include "tests/agent/subject.h"
#include "tests/agent/under_agent.h"
#include "tests/support/real_clock.h"

namespace tidemark {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

struct Preload {
  const char* name;
  const char* library;
  bool tells_use;        // how much is in use, and how much is free
  std::uint64_t before;  // bytes before each block

  // Names a test: without it the bytes would, which differ from run to run.
  friend void PrintTo(const Preload& shown, std::ostream* out) {
    *out << shown.name;
  }
};

class AgentStatistics : public testing::TestWithParam<Preload> {};

// Wakes the agent's thread: the subject runs a hook when its line comes.
std::unique_ptr<SegmentReader> awake(UnderAgent& process) {
  std::unique_ptr<SegmentReader> segment = process.segment();
  agent::Command& command = segment->command();
  command.thread_wanted.store(1);
  command.stamp.store(command.stamp.load() + (1ull << agent::kEpochShift));
  process.write_stdin("\n");
  process.line();
  while (segment->header().allocator.load() == 0) sched_yield();
  return segment;
}

ToldFigures ask(SegmentReader& segment) {
  RealClock clock;
  return ask_allocator(segment, clock, std::chrono::minutes(1));
}

TEST_P(AgentStatistics, TellsWhatAFragmentedHeapHolds) {
  UnderAgent process({TIDEMARK_SUBJECT, "fragmented"}, GetParam().library);
  ASSERT_EQ(process.line(), "filled");
  std::unique_ptr<SegmentReader> segment = awake(process);
  const ToldFigures told = ask(*segment);
  ASSERT_TRUE(told.figures);
  // Of 60 MiB one block in 64 is left: 1 MiB.
  ASSERT_TRUE(told.figures->held);
  EXPECT_GT(*told.figures->held, Bytes{kMiB});
  EXPECT_EQ(told.figures->in_use.has_value(), GetParam().tells_use);
  EXPECT_EQ(told.figures->free.has_value(), GetParam().tells_use);
  if (!GetParam().tells_use) return;
  EXPECT_GT(*told.figures->in_use, Bytes{900 * 1024});
  EXPECT_LT(*told.figures->in_use, Bytes{20 * kMiB});
  EXPECT_GT(*told.figures->free, Bytes{kMiB});
}

TEST_P(AgentStatistics, TellsWhatABlockTakes) {
  UnderAgent process({TIDEMARK_SUBJECT, "usable_sizes"}, GetParam().library);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> usable;
  for (int i = 0; i < 9; ++i) {
    unsigned long size = 0, holds = 0;
    const std::string line = process.line();
    ASSERT_EQ(sscanf(line.c_str(), "%lu %lu", &size, &holds), 2) << line;
    usable.emplace_back(size, holds);
  }
  std::unique_ptr<SegmentReader> segment = awake(process);
  const ToldFigures told = ask(*segment);
  for (const auto& [size, holds] : usable)
    EXPECT_EQ(told.sizes.taken_for(size), holds + GetParam().before)
        << "for " << size;
}

TEST_P(AgentStatistics, AreNotAwaitedFromAProcessThatSleeps) {
  UnderAgent process({TIDEMARK_SUBJECT, "fragmented"}, GetParam().library);
  ASSERT_EQ(process.line(), "filled");
  std::unique_ptr<SegmentReader> segment = process.segment();
  const ToldFigures told = ask(*segment);
  EXPECT_FALSE(told.figures);
  EXPECT_EQ(told.sizes.taken_for(25), 25u);
}

INSTANTIATE_TEST_SUITE_P(
    Allocators, AgentStatistics,
    testing::Values(Preload{"glibc", "", true, 8},
                    Preload{"jemalloc", "libjemalloc.so.2", true, 0},
                    Preload{"mimalloc", "libmimalloc.so.2", false, 0},
                    Preload{"tcmalloc", "libtcmalloc_minimal.so.4", true, 0}),
    [](const auto& p) { return std::string(p.param.name); });

}  // namespace
}  // namespace tidemark
