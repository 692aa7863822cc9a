// The agent in processes that fork, exec, thread, handle signals and crash.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <utility>

#include "harness/runtimes/native/probe.h"
#include "tests/agent/subject.h"
#include "tests/agent/under_agent.h"
#include "tests/support/manual_clock.h"
#include "tests/support/real_clock.h"

namespace tidemark {
namespace {

std::vector<std::string> subject(const std::string& name) {
  return {TIDEMARK_SUBJECT, name};
}

void expect_exit(UnderAgent& process, int code) {
  Finished finished = process.finish();
  ASSERT_TRUE(WIFEXITED(finished.status)) << finished.errors;
  EXPECT_EQ(WEXITSTATUS(finished.status), code) << finished.errors;
  EXPECT_EQ(finished.errors, "");
}

pid_t child_of(const std::string& line) {
  EXPECT_EQ(line.substr(0, 6), "child ");
  return line.size() > 6 ? std::stoi(line.substr(6)) : 0;
}

TEST(AgentProcess, AThousandForksLeaveTheParentsTableAlone) {
  UnderAgent process(subject("fork_thousand"));
  ASSERT_EQ(process.line(), "ready");
  auto segment = process.segment();
  BySize sizes = live_by_size(*segment);
  EXPECT_EQ(sizes[kMark(0)], 1u);
  EXPECT_EQ(sizes.count(kMark(1)), 0u);
  EXPECT_EQ(sizes.count(kMark(2)), 0u);
  EXPECT_EQ(segment->header().forks_seen.load(), 1000u);
  expect_exit(process, 0);
}

TEST(AgentProcess, AForkedChildHasATableOfItsOwn) {
  UnderAgent process(subject("fork_apart"));
  pid_t child = child_of(process.line());
  ASSERT_EQ(process.line(), "ready");
  BySize in_child = live_by_size(*process.segment(child));
  EXPECT_EQ(in_child.count(kMark(0)), 0u);
  EXPECT_EQ(in_child[kMark(1)], 1u);
  EXPECT_EQ(in_child[kMark(2)], 1u);
  // Its own births, none of its parent's.
  std::uint64_t births = 0;
  for (const RawTally& tally : process.segment(child)->tallies())
    births += tally.births;
  EXPECT_EQ(births, process.segment(child)->counters().allocations);
  BySize in_parent = live_by_size(*process.segment());
  EXPECT_EQ(in_parent[kMark(0)], 1u);
  EXPECT_EQ(in_parent[kMark(1)], 1u);
  EXPECT_EQ(in_parent.count(kMark(2)), 0u);
  expect_exit(process, 0);
}

TEST(AgentProcess, ADaemonIsFollowedThoughItClosesEveryDescriptor) {
  UnderAgent process(subject("daemonise"));
  pid_t daemon = child_of(process.line());
  ASSERT_EQ(process.line(), "ready");
  BySize sizes = live_by_size(*process.segment(daemon));
  EXPECT_EQ(sizes[kMark(0)], 1u);
  EXPECT_EQ(sizes[kMark(1)], 1u);
  expect_exit(process, 0);
}

TEST(AgentProcess, SpawnAndVforkWorkAndDoNotDisturbTheTable) {
  UnderAgent process(subject("spawn_and_vfork"));
  ASSERT_EQ(process.line(), "ready");
  EXPECT_EQ(live_by_size(*process.segment())[kMark(0)], 1u);
  expect_exit(process, 0);
}

TEST(AgentProcess, ExecStartsANewTable) {
  UnderAgent process(subject("exec_other"));
  ASSERT_EQ(process.line(), "ready");
  BySize sizes = live_by_size(*process.segment());
  EXPECT_EQ(sizes.count(kMark(0)), 0u);
  EXPECT_EQ(sizes[kMark(1)], 1u);
  expect_exit(process, 0);
}

TEST(AgentProcess, ItsNewTableIsLookedAtAfterAnExec) {
  UnderAgent process({"sh", "-c", "echo shell; read x; exec cat"});
  ASSERT_EQ(process.line(), "shell");
  RealClock clock;
  const std::unique_ptr<HeapProbe> probe = make_native_probe(clock);
  ASSERT_TRUE(probe->attach({process.pid()}));
  process.write_stdin("go\nhello\n");
  ASSERT_EQ(process.line(), "hello");
  const Result<HeapDescription> about = probe->attach({process.pid()});
  ASSERT_TRUE(about) << about.error().message;
  const Result<HeapCounters> counters = probe->counters();
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->allocations.value,
            std::int64_t(process.segment()->counters().allocations));
}

// Whoever waits for it lets it become the program that has the agent.
class ReleasingClock final : public Clock {
 public:
  explicit ReleasingClock(UnderAgent& process) : process_(process) {}
  TimePoint now() const override { return now_; }
  void sleep(Duration d) override {
    now_ += d;
    if (std::exchange(released_, true)) return;
    process_.write_stdin("go\nhello\n");
    EXPECT_EQ(process_.line(), "hello");
  }

 private:
  UnderAgent& process_;
  TimePoint now_{};
  bool released_ = false;
};

TEST(AgentProcess, IsWaitedForBetweenTwoPrograms) {
  UnderAgent process({"env", "-u", "LD_PRELOAD", "sh", "-c",
                      "echo shell; read x; LD_PRELOAD=" TIDEMARK_AGENT_LIBRARY
                      " exec cat"});
  ASSERT_EQ(process.line(), "shell");
  ReleasingClock clock(process);
  const Result<HeapDescription> about =
      make_native_probe(clock, {std::chrono::seconds(2), {}})
          ->attach({process.pid()});
  ASSERT_TRUE(about) << about.error().message;
}

TEST(AgentProcess, IsNotWaitedForLongerThanIsSaid) {
  UnderAgent process(
      {"env", "-u", "LD_PRELOAD", "sh", "-c", "echo shell; read x"});
  ASSERT_EQ(process.line(), "shell");
  ManualClock clock;
  const auto tried = [&](NativeProbeOptions options) {
    const Result<HeapDescription> about =
        make_native_probe(clock, std::move(options))->attach({process.pid()});
    EXPECT_FALSE(about);
    return about ? Error{} : about.error();
  };
  TimePoint began = clock.now();
  EXPECT_NE(tried({}).message.find("has no agent in it"), std::string::npos);
  EXPECT_EQ(clock.now(), began);
  const Duration loading = std::chrono::seconds(2);
  EXPECT_EQ(tried({loading, {}}).kind, ErrorKind::kEnvironment);
  EXPECT_GE(clock.now() - began, loading);
  EXPECT_LE(clock.now() - began, 2 * loading);
  began = clock.now();
  const auto soon = [&] { return clock.now() - began > loading / 4; };
  EXPECT_EQ(tried({loading, soon}).kind, ErrorKind::kInterrupted);
  EXPECT_LE(clock.now() - began, loading / 2);
}

TEST(AgentProcess, WrappersKeepTheAgent) {
  UnderAgent process({"env", "nice", TIDEMARK_SUBJECT, "basic"});
  ASSERT_EQ(process.line(), "ready");
  EXPECT_EQ(live_by_size(*process.segment())[kMark(0)], 7u);
  expect_exit(process, 0);
}

TEST(AgentProcess, TenThousandThreadsShareAFewSlots) {
  UnderAgent process(subject("many_threads"));
  ASSERT_EQ(process.line(), "ready");
  auto segment = process.segment();
  BySize sizes = live_by_size(*segment);
  EXPECT_EQ(sizes.count(kMark(0)), 0u);
  EXPECT_EQ(sizes[kMark(1)], 1u);
  EXPECT_LT(segment->header().thread_slots_used.load(), 2000u);
  EXPECT_GE(segment->counters().allocations, 10000u);
  expect_exit(process, 0);
}

TEST(AgentProcess, AllocationsInThreadDestructorsAreSeen) {
  UnderAgent process(subject("tls_destructors"));
  ASSERT_EQ(process.line(), "ready");
  BySize sizes = live_by_size(*process.segment());
  EXPECT_EQ(sizes.count(kMark(0)), 0u);
  EXPECT_EQ(sizes[kMark(1)], 30u);
  EXPECT_EQ(sizes[kMark(2)], 10u);
  expect_exit(process, 0);
}

TEST(AgentProcess, SignalHandlersMayAllocate) {
  UnderAgent process(subject("signal_handlers"), "",
                     {{agent::kOptionsVariable, "stacks=always"}});
  ASSERT_EQ(process.line(), "ready");
  BySize sizes = live_by_size(*process.segment());
  EXPECT_EQ(sizes.count(kMark(0)), 0u);
  EXPECT_EQ(sizes.count(kMark(1)), 0u);
  EXPECT_EQ(sizes[kMark(2)], 1u);
  expect_exit(process, 0);
}

TEST(AgentProcess, LibrariesMayComeAndGo) {
  UnderAgent process(subject("dlopen_loop"), "",
                     {{"SUBJECT_PLUGIN", TIDEMARK_PLUGIN},
                      {agent::kOptionsVariable, "stacks=always"}});
  ASSERT_EQ(process.line(), "ready");
  BySize sizes = live_by_size(*process.segment());
  EXPECT_EQ(sizes.count(kMark(0)), 0u);
  EXPECT_EQ(sizes[kMark(1)], 1u);
  expect_exit(process, 0);
}

TEST(AgentProcess, ExitCodesAndExitHandlersAreTheProgramsOwn) {
  UnderAgent process(subject("exit_paths"));
  expect_exit(process, 7);
}

TEST(AgentProcess, TheTableOutlivesACrash) {
  UnderAgent process(subject("crash"));
  ASSERT_EQ(process.line(), "ready");
  auto segment = process.segment();
  Finished finished = process.finish();
  ASSERT_TRUE(WIFSIGNALED(finished.status));
  EXPECT_EQ(WTERMSIG(finished.status), SIGSEGV);
  EXPECT_EQ(live_by_size(*segment)[kMark(0)], 9u);
}

TEST(AgentProcess, FreeOfNullIsNothing) {
  UnderAgent process(subject("foreign_free"));
  ASSERT_EQ(process.line(), "ready");
  EXPECT_EQ(live_by_size(*process.segment())[kMark(1)], 1u);
  expect_exit(process, 0);
}

TEST(AgentProcess, AProgramsOwnOperatorNewIsSeenThroughMalloc) {
  UnderAgent process({TIDEMARK_CUSTOM_NEW});
  ASSERT_EQ(process.line(), "ready");
  BySize sizes = live_by_size(*process.segment());
  EXPECT_EQ(sizes[kMark(0)], 1u);
  EXPECT_EQ(sizes[kMark(1)], 1u);
  EXPECT_EQ(sizes.count(kMark(2)), 0u);
  expect_exit(process, 0);
}

TEST(AgentProcess, AStaticAllocatorIsSaidToBeInvisible) {
  UnderAgent process({TIDEMARK_STATIC_JEMALLOC});
  ASSERT_EQ(process.line(), "ready");
  auto segment = process.segment();
  EXPECT_TRUE(segment->header().flags.load() & agent::kFlagForeignMalloc);
  expect_exit(process, 0);
}

// A non-PIE program's symbol for malloc is a jump into the real one.
TEST(AgentProcess, AProgramThatOnlyCallsMallocIsNotAStaticAllocator) {
  UnderAgent process(
      {"/usr/bin/python3", "-c", "print('ready', flush=True); input()"});
  ASSERT_EQ(process.line(), "ready");
  auto segment = process.segment();
  EXPECT_FALSE(segment->header().flags.load() & agent::kFlagForeignMalloc);
  process.write_stdin("\n");
  expect_exit(process, 0);
}

// Address space and file size so small that the usual segment does not fit.
TEST(AgentProcess, SmallLimitsMakeASmallSegmentAndNoFailure) {
  UnderAgent process({"sh", "-c",
                      "ulimit -v 8000000; exec " +
                          std::string(TIDEMARK_SUBJECT) + " small_limits"});
  ASSERT_EQ(process.line(), "ready");
  EXPECT_EQ(live_by_size(*process.segment())[kMark(0)], 1u);
  expect_exit(process, 0);
}

TEST(AgentProcess, AFileSizeLimitOfNothingTurnsTheAgentOff) {
  UnderAgent process(
      {"sh", "-c",
       "ulimit -f 1; exec " + std::string(TIDEMARK_SUBJECT) + " small_limits"});
  ASSERT_EQ(process.line(), "ready");
  expect_exit(process, 0);
}

struct Command {
  const char* name;
  std::vector<std::string> words;
  std::string input;

  // Names a test: without it the bytes would, which differ from run to run.
  friend void PrintTo(const Command& shown, std::ostream* out) {
    *out << shown.name;
  }
};

class RealProgram : public testing::TestWithParam<Command> {};

TEST_P(RealProgram, PrintsAndReturnsTheSameUnderTheAgent) {
  Finished bare = run_bare(GetParam().words, GetParam().input);
  Finished agent = run_under_agent(GetParam().words, GetParam().input);
  EXPECT_EQ(agent.status, bare.status);
  EXPECT_EQ(agent.output, bare.output);
  EXPECT_EQ(agent.errors, bare.errors);
  EXPECT_FALSE(bare.output.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Commands, RealProgram,
    testing::Values(
        Command{"git", {"git", "--version"}, ""},
        Command{"git_hash",
                {"git", "hash-object", "--stdin"},
                std::string(1 << 20, 'g')},
        Command{"python3",
                {"/usr/bin/python3", "-c",
                 "import json, hashlib, sys; d = {str(i): [i] * 10 for i in "
                 "range(20000)}; print(hashlib.sha256(json.dumps(d)"
                 ".encode()).hexdigest()); sys.exit(3)"},
                ""},
        Command{"redis_check", {"redis-server", "--version"}, ""},
        Command{"compiler",
                {"g++", "-std=c++20", "-O1", "-S", "-x", "c++", "-o", "-", "-"},
                "#include <map>\n#include <string>\nint main() { "
                "std::map<std::string, int> m; return m[\"x\"]; }\n"},
        Command{"sort", {"sort", "-n"}, "3\n1\n2\n"},
        Command{"shell",
                {"sh", "-c",
                 "for i in 1 2 3; do (echo $i | cat); done; "
                 "exit 5"},
                ""},
        Command{"perl",
                {"perl", "-e",
                 "my %h; $h{$_}=$_ x 3 for 1..20000; print scalar(keys %h)"},
                ""}),
    [](const auto& p) { return std::string(p.param.name); });

}  // namespace
}  // namespace tidemark
