// Where the memory of a fragmented heap is, with each allocator: one block in
// 64 is left of 60 MiB, and keeps its page.
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "harness/runtimes/native/probe.h"
#include "tests/agent/subject.h"
#include "tests/agent/under_agent.h"
#include "tests/support/real_clock.h"

namespace tidemark {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kLeft = 4096;
constexpr std::int64_t kBlock = 240;

struct Preload {
  const char* name;
  const char* library;
  // The free memory, purged, is in the pages of what is left (glibc,
  // jemalloc), or in pages beside them too.
  bool gives_pages_back;

  // Names a test: without it the bytes would, which differ from run to run.
  friend void PrintTo(const Preload& shown, std::ostream* out) {
    *out << shown.name;
  }
};

class AgentAccount : public testing::TestWithParam<Preload> {};

TEST_P(AgentAccount, AddsUpAndNamesWhatPinsPages) {
  UnderAgent process({TIDEMARK_SUBJECT, "fragmented"}, GetParam().library);
  ASSERT_EQ(process.line(), "filled");
  RealClock clock;
  std::unique_ptr<HeapProbe> probe = make_native_probe(clock);
  ASSERT_TRUE(probe->attach({process.pid()}));
  ASSERT_TRUE(probe->begin_cycle({1}));
  process.write_stdin("\n");
  ASSERT_EQ(process.line(), "freed");
  while (true) {
    Result<PurgeRecord> purged = probe->purge(std::chrono::minutes(1));
    ASSERT_TRUE(purged);
    if (purged->allocator != "not purged") break;
    std::this_thread::yield();
  }
  Result<MemoryAccount> account = probe->account();
  ASSERT_TRUE(account) << account.error().message;
  const Bytes parts = account->live + account->rounding + account->pinned +
                      account->free + account->stacks + account->mappings +
                      account->modules + account->agent + account->unexplained;
  EXPECT_EQ(parts, account->pss);
  EXPECT_GE(explained_share(*account), 0.95)
      << account->unexplained.value << " of " << account->pss.value;
  // A page of zeros counts in one of the kernel's two lists only.
  EXPECT_GT(account->live, Bytes{kLeft * kBlock * 99 / 100});
  EXPECT_LT(account->live, Bytes{kLeft * kBlock + kMiB});
  EXPECT_GE(account->rounding, Bytes{0});
  EXPECT_GE(account->pinned_pages, Count{kLeft});
  EXPECT_LT(account->pinned_pages, Count{kLeft + kLeft / 4});
  EXPECT_GT(account->pinned, Bytes{14 * kMiB});
  if (GetParam().gives_pages_back) {
    EXPECT_LT(account->free, Bytes{4 * kMiB});
  }
  EXPECT_GT(account->modules, Bytes{0});
  EXPECT_GT(account->stacks, Bytes{0});
  EXPECT_GT(account->agent, Bytes{0});
  ASSERT_FALSE(account->pinning_sites.empty());
  const AccountSite& most = account->pinning_sites.front();
  EXPECT_EQ(most.blocks, Count{kLeft});
  EXPECT_EQ(most.bytes, Bytes{kLeft * kBlock});
  EXPECT_GT(most.pages, Count{kLeft * 9 / 10});
  EXPECT_NE(
      probe->describe(most.site).frames.front().function.find("fragmented"),
      std::string::npos);
}

// It is a process with an agent, and no child that shows its parent's heap.
TEST(AgentOfAnotherBuild, IsToldByItsVersion) {
  UnderAgent process({TIDEMARK_SUBJECT, "basic"});
  ASSERT_EQ(process.line(), "ready");
  const auto segment = process.segment();
  const_cast<agent::Header&>(segment->header()).version = 99;
  RealClock clock;
  const Result<HeapDescription> about =
      make_native_probe(clock)->attach({process.pid()});
  ASSERT_FALSE(about);
  EXPECT_NE(about.error().message.find("it cannot be read: "),
            std::string::npos)
      << about.error().message;
  EXPECT_NE(about.error().message.find("of version 99"), std::string::npos)
      << about.error().message;
  process.finish();
}

INSTANTIATE_TEST_SUITE_P(
    Allocators, AgentAccount,
    testing::Values(Preload{"glibc", "", true},
                    Preload{"jemalloc", "libjemalloc.so.2", true},
                    Preload{"mimalloc", "libmimalloc.so.2", false},
                    Preload{"tcmalloc", "libtcmalloc_minimal.so.4", false}),
    [](const auto& p) { return std::string(p.param.name); });

}  // namespace
}  // namespace tidemark
