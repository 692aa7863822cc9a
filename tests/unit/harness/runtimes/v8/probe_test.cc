// How a Node process is waited for, on one that never gets an inspector: a
// shell that is called node.
#include "harness/runtimes/v8/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "tests/support/manual_clock.h"

namespace tidemark {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

// Catches SIGUSR1, as Node does, and says so by a first byte.
class CalledNode {
 public:
  CalledNode() {
    std::string folder = testing::TempDir() + "/called_node_XXXXXX";
    int out[2];
    int in[2];
    if (!::mkdtemp(folder.data()) || ::pipe2(out, O_CLOEXEC) != 0 ||
        ::pipe2(in, O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category());
    folder_ = folder;
    const std::string program = folder_ / "node";
    std::filesystem::copy_file(std::filesystem::canonical("/bin/sh"), program);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::execl(program.c_str(), program.c_str(), "-c",
              "trap : USR1; echo; while :; do read x; done", "node",
              "--inspect-port=9230", nullptr);
      ::_exit(127);
    }
    input_ = in[1];
    ::close(out[1]);
    ::close(in[0]);
    char byte = 0;
    EXPECT_EQ(::read(out[0], &byte, 1), 1);
    ::close(out[0]);
  }

  ~CalledNode() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(input_);
    std::filesystem::remove_all(folder_);
  }

  CalledNode(const CalledNode&) = delete;
  CalledNode& operator=(const CalledNode&) = delete;

  pid_t pid() const { return pid_; }

 private:
  std::filesystem::path folder_;
  pid_t pid_ = -1;
  int input_ = -1;  // open, so that it waits
};

V8ProbeOptions nothing_listens() {
  return {[](pid_t) { return std::vector<std::uint16_t>{}; }, {}};
}

TEST(V8Probe, ATakenPortIsWaitedForOnceAndThenTriedAgain) {
  const CalledNode node;
  ManualClock clock;
  const auto probe = make_v8_probe(nothing_listens(), clock);
  TimePoint began = clock.now();
  const Result<HeapDescription> first = probe->attach({node.pid()});
  ASSERT_FALSE(first);
  EXPECT_THAT(first.error().message,
              HasSubstr("has no inspector: it does not listen on port 9230, "
                        "which node:cluster gave it: somebody else may have "
                        "it"));
  EXPECT_GE(clock.now() - began, seconds(60));
  EXPECT_LE(clock.now() - began, seconds(70));
  began = clock.now();
  EXPECT_FALSE(probe->attach({node.pid()}));
  EXPECT_GE(clock.now() - began, seconds(1));
  EXPECT_LE(clock.now() - began, seconds(3));
}

TEST(V8Probe, AllTakenPortsAreWaitedForTogether) {
  const CalledNode one;
  const CalledNode other;
  ManualClock clock;
  const TimePoint began = clock.now();
  const auto probe = make_v8_probe(nothing_listens(), clock);
  EXPECT_FALSE(probe->attach({one.pid(), other.pid()}));
  EXPECT_LE(clock.now() - began, seconds(80));
}

TEST(V8Probe, NobodyIsWaitedForWhenTheUserWantsToStop) {
  const CalledNode node;
  ManualClock clock;
  const TimePoint began = clock.now();
  V8ProbeOptions options = nothing_listens();
  options.cancelled = [&] { return clock.now() - began > seconds(5); };
  const Result<HeapDescription> about =
      make_v8_probe(options, clock)->attach({node.pid()});
  ASSERT_FALSE(about);
  EXPECT_EQ(about.error().kind, ErrorKind::kInterrupted);
  EXPECT_LE(clock.now() - began, seconds(6));
}

}  // namespace
}  // namespace tidemark
