// Real programs as the load: how they end, what they leave behind.
#include "drivers/exec/driver.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "drivers/exec/program.h"
#include "harness/base/proc_tree.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SteadyClock final : public Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
  void sleep(Duration d) override { slept += d; }
  Duration slept{};
};

class EventCancellation final : public Cancellation {
 public:
  explicit EventCancellation(bool pollable = true)
      : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), pollable_(pollable) {}
  ~EventCancellation() override { ::close(fd_); }
  bool requested() const override { return requested_; }
  int wait_fd() const override { return pollable_ ? fd_ : -1; }
  void request() {
    requested_ = true;
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(fd_, &one, sizeof one), 8);
  }

 private:
  int fd_;
  bool pollable_;
  std::atomic<bool> requested_ = false;
};

int open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<int>(std::distance(begin(all), end(all)));
}

class ExecDriver : public testing::Test {
 protected:
  void SetUp() override {
    // As the target's start does it.
    ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    char pattern[] = "/tmp/tidemark_exec_XXXXXX";
    folder_ = ::mkdtemp(pattern);
    descriptors_ = open_descriptors();
  }
  void TearDown() override {
    EXPECT_EQ(open_descriptors(), descriptors_);
    for (const ProcessEntry& entry : list_processes())
      EXPECT_NE(entry.parent, ::getpid()) << "left: " << entry.pid;
    std::filesystem::remove_all(folder_);
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  }

  std::unique_ptr<Driver> make(std::vector<std::string> command,
                               std::string name = {}) {
    LoadSpec spec;
    spec.name = std::move(name);
    spec.engine = Engine::kExec;
    spec.command = std::move(command);
    spec.hold = milliseconds(7);
    return *make_exec_driver(spec, clock_, cancellation_);
  }
  std::unique_ptr<Driver> shell(const std::string& script) {
    return make({"sh", "-c", script});
  }
  Result<exec::ExecRun> run_shell(const std::string& script,
                                  exec::Limits limits = {}) {
    return exec::run_program({"sh", "-c", script}, limits, clock_,
                             cancellation_);
  }
  std::string file(const std::string& name) const {
    return folder_ + "/" + name;
  }
  std::string text_of(const std::string& name) const {
    std::ifstream in(file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // Cancels once the program says that it runs, by making a file.
  std::thread cancel_when_there_is(const std::string& name) {
    return std::thread([this, path = file(name)] {
      std::error_code ignored;
      while (!std::filesystem::exists(path, ignored)) std::this_thread::yield();
      cancellation_.request();
    });
  }

  SteadyClock clock_;
  EventCancellation cancellation_;
  std::string folder_;
  int descriptors_ = 0;
};

TEST_F(ExecDriver, AProgramThatEndsWellCountsAsItsConnections) {
  const std::unique_ptr<Driver> driver = make({"true"});
  ASSERT_TRUE(driver->open({{"graceful", {40}}, {"reset", {10}}}));
  EXPECT_EQ(driver->open_now(), Count{});
  EXPECT_TRUE(driver->exercise());
  EXPECT_EQ(clock_.slept, milliseconds(7));
  EXPECT_TRUE(driver->close());
  LoadCounts expected;
  expected.attempted = {50};
  expected.opened = {50};
  expected.closed = {{"graceful", {40}}, {"reset", {10}}};
  expected.programs = {1};
  LoadCounts counts = driver->take_counts();
  EXPECT_GT(counts.program_time, Duration{});
  counts.program_time = {};
  EXPECT_EQ(counts, expected);
  EXPECT_EQ(driver->take_counts(), LoadCounts{});
}

TEST_F(ExecDriver, TheProgramIsToldHowManyConnections) {
  const std::unique_ptr<Driver> driver =
      shell("echo -n {{ connections }} > " + file("n"));
  ASSERT_TRUE(driver->open({{"graceful", {30}}, {"fin", {12}}}));
  EXPECT_EQ(text_of("n"), "42");
}

TEST_F(ExecDriver, AnIdleCycleRunsNothing) {
  const std::unique_ptr<Driver> driver = make({"false"});
  ASSERT_TRUE(driver->open({}));
  ASSERT_TRUE(driver->open({{"graceful", {0}}}));
  EXPECT_EQ(driver->take_counts(), LoadCounts{});
}

TEST_F(ExecDriver, TheWaysOfOtherFlowsAreNotItsOwn) {
  const std::unique_ptr<Driver> driver = make({"true"}, "bench");
  ASSERT_TRUE(driver->open({{"bench/graceful", {5}}, {"chat/reset", {7}}}));
  const LoadCounts counts = driver->take_counts();
  EXPECT_EQ(counts.attempted, Count{5});
  EXPECT_EQ(counts.closed, (WayCounts{{"bench/graceful", {5}}}));
}

TEST_F(ExecDriver, AnExitCodeIsAnErrorWithTheLastLines) {
  const std::unique_ptr<Driver> driver =
      shell("seq 1 30; echo cannot connect >&2; exit 3");
  const Status status = driver->open({{"graceful", {5}}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kEnvironment);
  const std::string& message = status.error().message;
  EXPECT_TRUE(
      message.starts_with("the load 'sh' ended with exit code 3 after "))
      << message;
  EXPECT_NE(message.find(" s; its last output:\n  | 12\n  | 13\n"),
            std::string::npos)
      << message;
  EXPECT_TRUE(message.ends_with("\n  | 30\n  | cannot connect")) << message;
  EXPECT_EQ(status.error().hint,
            "try it by hand while the service runs: sh -c 'seq 1 30; echo "
            "cannot connect >&2; exit 3'");
  LoadCounts expected;
  expected.attempted = {5};
  expected.failed = {5};
  EXPECT_EQ(driver->take_counts(), expected);
}

TEST_F(ExecDriver, AProgramThatCrashesIsNamedWithItsSignal) {
  const Status status = shell("kill -SEGV $$")->open({{"graceful", {1}}});
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().message.starts_with(
      "the load 'sh' was killed by signal 11 (SIGSEGV) after "));
  EXPECT_TRUE(status.error().message.ends_with(" s; it wrote nothing"));
}

TEST_F(ExecDriver, AProgramThatIsNotThereIsSaidToBeMissing) {
  const Status status =
      make({"tidemark-no-such-program"})->open({{"graceful", {1}}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kEnvironment);
  EXPECT_EQ(status.error().message,
            "cannot start 'tidemark-no-such-program': No such file or "
            "directory");
  EXPECT_EQ(status.error().hint,
            "it is not in PATH: install it, or give its path");
}

TEST_F(ExecDriver, ACommandWithoutWordsIsRefused) {
  const Result<std::unique_ptr<Driver>> driver =
      make_exec_driver({}, clock_, cancellation_);
  ASSERT_FALSE(driver);
  EXPECT_EQ(driver.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(driver.error().message,
            "a load with `engine: exec` has no command");
}

TEST_F(ExecDriver, MuchOutputNeverBlocksTheProgram) {
  const Result<exec::ExecRun> run =
      run_shell("head -c 20000000 /dev/zero; echo; echo done");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 0);
  EXPECT_EQ(run->last_output.back(), "done");
  EXPECT_GT(run->took, Duration{});
}

TEST_F(ExecDriver, AProgramThatClosesItsOutputIsStillAwaited) {
  const Result<exec::ExecRun> run =
      run_shell("exec >&- 2>&-; seq 1 1000 > " + file("late") + "; exit 5");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 5);
  EXPECT_TRUE(text_of("late").ends_with("1000\n"));
}

TEST_F(ExecDriver, ACancelledProgramIsAskedToStop) {
  std::thread canceller = cancel_when_there_is("runs");
  // A trap interrupts wait, but not a program in the foreground.
  const std::unique_ptr<Driver> driver =
      shell("trap 'echo -n asked > " + file("asked") +
            "; exit 0' TERM; sleep 1000 & touch " + file("runs") + "; wait");
  const TimePoint start = clock_.now();
  const Status status = driver->open({{"graceful", {1}}});
  canceller.join();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kInterrupted);
  EXPECT_EQ(text_of("asked"), "asked");
  EXPECT_LT(clock_.now() - start, seconds(30));
  EXPECT_FALSE(driver->exercise());
}

TEST_F(ExecDriver, AProgramThatWillNotStopIsKilledWithItsChildren) {
  std::thread canceller = cancel_when_there_is("runs");
  exec::Limits limits;
  limits.after_term = milliseconds(1);
  const Result<exec::ExecRun> run =
      run_shell("trap '' TERM; sleep 1000 & touch " + file("runs") +
                    "; while :; do sleep 1000; done",
                limits);
  canceller.join();
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().kind, ErrorKind::kInterrupted);
}

TEST_F(ExecDriver, ACancellationThatCannotBePolledIsSeen) {
  EventCancellation silent(false);
  silent.request();
  const Result<exec::ExecRun> run =
      exec::run_program({"sleep", "1000"}, {}, clock_, silent);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().kind, ErrorKind::kInterrupted);
}

TEST_F(ExecDriver, AProgramThatNeverEndsIsStopped) {
  exec::Limits limits;
  limits.longest = milliseconds(1);
  const Result<exec::ExecRun> run =
      exec::run_program({"sleep", "1000"}, limits, clock_, cancellation_);
  ASSERT_TRUE(run);
  EXPECT_TRUE(run->too_long);
  EXPECT_EQ(run->signal, SIGTERM);
}

TEST_F(ExecDriver, WhatTheProgramLeavesRunningIsKilled) {
  // A child that holds the pipe, one in a group of its own, an orphan.
  const Result<exec::ExecRun> run = exec::run_program(
      {"bash", "-c",
       "sleep 1000 & set -m; sleep 1000 & (sleep 1000 & ); echo started"},
      {}, clock_, cancellation_);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->exit_code, 0);
  EXPECT_EQ(run->last_output, std::vector<std::string>{"started"});
}

TEST_F(ExecDriver, TheProgramHasNoDescriptorOfOurs) {
  const Result<exec::ExecRun> run = run_shell("ls /proc/self/fd | wc -l");
  ASSERT_TRUE(run);
  // 0, 1, 2, and the folder that ls reads.
  EXPECT_EQ(run->last_output, std::vector<std::string>{"4"});
}

TEST_F(ExecDriver, TheProgramHasOurEnvironment) {
  ASSERT_EQ(::setenv("TIDEMARK_TEST_WORD", "tide", 1), 0);
  const Result<exec::ExecRun> run = run_shell("echo $TIDEMARK_TEST_WORD");
  ::unsetenv("TIDEMARK_TEST_WORD");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->last_output, std::vector<std::string>{"tide"});
}

TEST_F(ExecDriver, ManyRunsLeaveNothing) {
  const std::unique_ptr<Driver> driver = make({"true"});
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(driver->open({{"graceful", {2}}}));
  const LoadCounts counts = driver->take_counts();
  EXPECT_EQ(counts.opened, Count{100});
  EXPECT_EQ(counts.programs, Count{50});
}

}  // namespace
}  // namespace tidemark
