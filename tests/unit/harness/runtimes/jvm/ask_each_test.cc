#include "harness/runtimes/jvm/ask_each.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "tests/support/manual_clock.h"
#include "tests/support/real_clock.h"

namespace tidemark::jvm {
namespace {

struct Process {
  pid_t pid = 0;
};

// A child that waits until it is killed.
class Child {
 public:
  Child() : pid_(::fork()) {
    if (pid_ == 0)
      while (true) ::pause();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    kill();
    ::waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }
  void kill() const { ::kill(pid_, SIGKILL); }

 private:
  pid_t pid_;
};

Status broken_off() { return fail(ErrorKind::kEnvironment, "it hung up"); }

TEST(AskEach, OneThatEndsMeanwhileIsForgotten) {
  const Child child;
  RealClock clock;
  std::vector<Process> processes{{child.pid()}, {::getpid()}};
  int asked = 0;
  const Status all =
      ask_each(processes, clock, {}, [&](const Process& process) -> Status {
        ++asked;
        if (process.pid != child.pid()) return {};
        child.kill();
        return broken_off();
      });
  EXPECT_TRUE(all);
  EXPECT_EQ(asked, 2);
  ASSERT_EQ(processes.size(), 1u);
  EXPECT_EQ(processes[0].pid, ::getpid());
}

TEST(AskEach, OneThatIsStillThereHasFailed) {
  ManualClock clock;
  const TimePoint begin = clock.now();
  std::vector<Process> processes{{::getpid()}, {::getpid()}};
  const Status all = ask_each(processes, clock, {},
                              [](const Process&) { return broken_off(); });
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().message, "it hung up");
  EXPECT_EQ(processes.size(), 2u);
  EXPECT_EQ(clock.now() - begin, std::chrono::seconds(2));
}

TEST(AskEach, TheLastStaysAndIsAnError) {
  const Child child;
  child.kill();
  RealClock clock;
  std::vector<Process> processes{{child.pid()}};
  const Status all = ask_each(processes, clock, {},
                              [](const Process&) { return broken_off(); });
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().message, "no JVM of the service is left: it hung up");
  EXPECT_EQ(processes.size(), 1u);
}

TEST(AskEach, WhoHasHadEnoughWaitsForNoEnd) {
  ManualClock clock;
  const TimePoint begin = clock.now();
  std::vector<Process> processes{{::getpid()}};
  const Status all = ask_each(processes, clock, {}, [](const Process&) {
    return Status(fail(ErrorKind::kInterrupted, "interrupted"));
  });
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().kind, ErrorKind::kInterrupted);
  EXPECT_FALSE(ends(::getpid(), clock, [] { return true; }));
  EXPECT_EQ(clock.now(), begin);
}

}  // namespace
}  // namespace tidemark::jvm
