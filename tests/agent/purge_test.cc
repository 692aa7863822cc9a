// What each allocator gives back when the agent asks it to: the RSS of a
// fragmented heap before and after.
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>

#include "tests/agent/subject.h"
#include "tests/agent/under_agent.h"

namespace tidemark {
namespace {

struct Preload {
  const char* name;
  const char* library;
  double at_most;  // of the RSS before
  agent::Allocator allocator;

  // Names a test: without it the bytes would, which differ from run to run.
  friend void PrintTo(const Preload& shown, std::ostream* out) {
    *out << shown.name;
  }
};

class AgentPurge : public testing::TestWithParam<Preload> {};

long rss_kib(pid_t pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  FILE* file = fopen(path, "r");
  long pages = 0, resident = 0, shared = 0;
  int got = file ? fscanf(file, "%ld %ld %ld", &pages, &resident, &shared) : 0;
  if (file) fclose(file);
  return got == 3 ? (resident - shared) * 4 : 0;
}

// Asks and waits for the answer; false if none comes in a minute.
bool purge(agent::Command& command) {
  command.request.store(static_cast<std::uint32_t>(agent::Request::kPurge));
  std::uint32_t number = command.asked.load() + 1;
  command.asked.store(number);
  syscall(SYS_futex, &command.asked, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  timespec minute{60, 0};
  while (command.answered.load() != number) {
    std::uint32_t seen = command.answered.load();
    if (seen == number) break;
    if (syscall(SYS_futex, &command.answered, FUTEX_WAIT, seen, &minute,
                nullptr, 0) != 0 &&
        errno == ETIMEDOUT)
      return false;
  }
  return true;
}

TEST_P(AgentPurge, GivesAFragmentedHeapBack) {
  UnderAgent process({TIDEMARK_SUBJECT, "fragmented"}, GetParam().library);
  ASSERT_EQ(process.line(), "filled");
  auto segment = process.segment();
  agent::Command& command = segment->command();
  command.thread_wanted.store(1);
  command.stamp.store(command.stamp.load() + (1ull << agent::kEpochShift));
  process.write_stdin("\n");  // it frees, which runs hooks and the thread
  ASSERT_EQ(process.line(), "freed");
  while (segment->header().agent_tid.load() == 0 ||
         segment->header().allocator.load() == 0)
    sched_yield();
  EXPECT_EQ(segment->header().allocator.load(),
            static_cast<std::uint32_t>(GetParam().allocator));
  long before = rss_kib(process.pid());
  ASSERT_TRUE(purge(command));
  long after = rss_kib(process.pid());
  EXPECT_LE(double(after), GetParam().at_most * double(before))
      << before << " KiB before, " << after << " KiB after";
}

// mimalloc 2.0.9 gives nothing of such a heap back; that it is asked and
// answers is all that can be wanted of it.
INSTANTIATE_TEST_SUITE_P(
    Allocators, AgentPurge,
    testing::Values(Preload{"glibc", "", 0.6, agent::Allocator::kGlibc},
                    Preload{"jemalloc", "libjemalloc.so.2", 0.6,
                            agent::Allocator::kJemalloc},
                    Preload{"mimalloc", "libmimalloc.so.2", 1.1,
                            agent::Allocator::kMimalloc},
                    Preload{"tcmalloc", "libtcmalloc_minimal.so.4", 0.6,
                            agent::Allocator::kTcmalloc}),
    [](const auto& p) { return std::string(p.param.name); });

}  // namespace
}  // namespace tidemark
