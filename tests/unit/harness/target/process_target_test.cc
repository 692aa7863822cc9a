#include "harness/target/process_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "harness/base/fd.h"
#include "harness/target/service_processes.h"

namespace tidemark {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class RealClock final : public Clock {
 public:
  // An hour later as soon as `is_late_` says so: a time-out that does not
  // depend on the machine's speed.
  TimePoint now() const override {
    const bool late = is_late_ && is_late_();
    return std::chrono::steady_clock::now() + std::chrono::hours(late ? 1 : 0);
  }
  void sleep(Duration d) override { std::this_thread::sleep_for(d); }
  std::function<bool()> is_late_;
};

class Wish final : public Cancellation {
 public:
  bool requested() const override { return requested_; }
  int wait_fd() const override { return -1; }
  bool requested_ = false;
};

// A bound socket that does not listen: the port is nobody else's, and a
// listener that also sets SO_REUSEPORT may have it.
class ReservedPort {
 public:
  ReservedPort() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* address = reinterpret_cast<sockaddr*>(&address_);
    EXPECT_EQ(::bind(fd_.get(), address, size), 0);
    EXPECT_EQ(::getsockname(fd_.get(), address, &size), 0);
  }
  std::string number() const {
    return std::to_string(ntohs(address_.sin_port));
  }
  std::string text() const { return "127.0.0.1:" + number(); }
  void listen() { EXPECT_EQ(::listen(fd_.get(), 1), 0); }

 private:
  Fd fd_;
  sockaddr_in address_ = {};
};

class ProcessTargetTest : public testing::Test {
 protected:
  void shell(const std::string& script) {
    options_.spec.command = {"/bin/sh", "-c", script};
    options_.spec.ready.output = "ready";
  }
  // perl-base is on every Debian.
  void perl(const std::string& script, const std::string& argument = "") {
    options_.spec.command = {"perl", "-e", script, argument};
  }
  Status start() {
    target_ = make_process_target(options_, clock_, wish_);
    return target_->start();
  }
  void start_well() {
    const Status status = start();
    ASSERT_TRUE(status) << status.error().message;
  }
  static bool is_alive(pid_t pid) {
    const auto entry = process_entry(pid);
    return entry && !entry->dead();
  }
  static std::vector<ProcessEntry> our_children() {
    std::vector<ProcessEntry> children = list_processes();
    std::erase_if(children, [](const ProcessEntry& entry) {
      return entry.parent != ::getpid();
    });
    return children;
  }

  RealClock clock_;
  Wish wish_;
  TargetOptions options_;
  std::unique_ptr<Target> target_;
};

TEST_F(ProcessTargetTest, AServiceIsStartedSeenAndStopped) {
  shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done");
  pid_t spawned = 0;
  options_.on_spawn = [&](pid_t pid) { spawned = pid; };
  start_well();
  EXPECT_EQ(target_->processes().front(), spawned);
  EXPECT_FALSE(target_->exited());
  const ServiceExit exit = target_->stop();
  EXPECT_EQ(exit, (ServiceExit{7, {}, false}));
  EXPECT_EQ(target_->exited(), exit);
  EXPECT_EQ(target_->stop(), exit);
  EXPECT_THAT(target_->processes(), IsEmpty());
  EXPECT_THAT(our_children(), IsEmpty());
}

TEST_F(ProcessTargetTest, ReadyIsWhenTheAddressAcceptsConnections) {
  const ReservedPort port;
  options_.spec.ready.tcp = port.text();
  perl(R"(use Socket; socket(S, PF_INET, SOCK_STREAM, 0);
          setsockopt(S, SOL_SOCKET, SO_REUSEPORT, 1);
          bind(S, sockaddr_in($ARGV[0], INADDR_LOOPBACK)) or die "bind: $!";
          select(undef, undef, undef, 0.02); listen(S, 5); sleep)",
       port.number());
  start_well();
  EXPECT_FALSE(target_->exited());
  EXPECT_EQ(target_->stop().signal, SIGTERM);
}

TEST_F(ProcessTargetTest, AProgramThatIsNotThereIsNamed) {
  options_.spec.command = {"/nonexistent/server", "--port=1"};
  Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kEnvironment);
  EXPECT_EQ(status.error().message,
            "cannot start '/nonexistent/server': No such file or directory");
  EXPECT_EQ(status.error().hint,
            "is it built? The path is taken from where tidemark was started");
  options_.spec.command = {"no-such-server"};
  status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().hint,
            "it is not in PATH: install it, or give its path");
  EXPECT_THAT(our_children(), IsEmpty());
}

TEST_F(ProcessTargetTest, AFolderIsNoProgram) {
  options_.spec.command = {"/tmp"};
  const Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "cannot start '/tmp': Permission denied");
  EXPECT_EQ(status.error().hint,
            "it must be a file that may be executed (chmod +x)");
}

TEST_F(ProcessTargetTest, AFolderThatIsNotThereIsNamed) {
  shell("echo ready");
  options_.spec.directory = "/nonexistent";
  const Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "cannot start '/bin/sh' in the folder '/nonexistent': No such "
            "file or directory");
}

TEST_F(ProcessTargetTest, AnEarlyEndIsToldWithTheLastOutput) {
  shell("echo one; echo cannot bind >&2; exit 3");
  const Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kEnvironment);
  EXPECT_EQ(status.error().message,
            "the service '/bin/sh -c echo one; echo cannot bind >&2; exit 3' "
            "ended with exit code 3 before it was ready; its last output:\n"
            "  | one\n  | cannot bind");
  EXPECT_EQ(status.error().hint,
            "start it by hand with the same arguments to see why");
  EXPECT_EQ(target_->stop(), (ServiceExit{3, {}, false}));
}

TEST_F(ProcessTargetTest, AnEarlySignalIsTold) {
  shell("kill -KILL $$");
  const Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "the service '/bin/sh -c kill -KILL $$' was killed by signal 9 "
            "(SIGKILL) before it was ready; it wrote nothing");
}

TEST_F(ProcessTargetTest, AServiceThatIsNeverReadyIsEnded) {
  shell("echo starting; exec sleep 1000");
  clock_.is_late_ = [this] { return !target_->last_output().empty(); };
  const Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "the service '/bin/sh -c echo starting; exec sleep 1000' was not "
            "ready within 10 s: 'ready' did not appear in its output; its "
            "last output:\n  | starting");
  EXPECT_EQ(status.error().hint,
            "raise target.ready.timeout, or correct target.ready.output");
  EXPECT_THAT(our_children(), IsEmpty());
}

TEST_F(ProcessTargetTest, AnAddressThatNeverAnswersIsNamed) {
  const ReservedPort port;
  options_.spec.command = {"sleep", "1000"};
  options_.load_address = port.text();
  options_.spec.ready.timeout = std::chrono::milliseconds(20);
  const Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(
      status.error().message,
      "the service 'sleep 1000' was not ready within 0.02 s: " + port.text() +
          " does not accept connections (Connection refused); it wrote "
          "nothing");
  EXPECT_EQ(status.error().hint,
            "raise target.ready.timeout, or correct load.url, or say in "
            "target.ready what to wait for");
}

TEST_F(ProcessTargetTest, AnotherServiceAtTheAddressIsNotTakenForOurs) {
  ReservedPort port;
  port.listen();
  options_.spec.command = {"sleep", "1000"};
  options_.spec.ready.tcp = port.text();
  const Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "something accepts connections at " +
                                        port.text() +
                                        " already, before 'sleep' was started");
  EXPECT_THAT(our_children(), IsEmpty());
}

TEST_F(ProcessTargetTest, AWishToStopEndsTheStart) {
  shell("exec sleep 1000");
  wish_.requested_ = true;
  const Status status = start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kInterrupted);
  EXPECT_THAT(our_children(), IsEmpty());
}

TEST_F(ProcessTargetTest, WorkersBelongToTheServiceAndEndWithIt) {
  shell("sleep 1000 & sleep 1000 & echo ready; wait");
  start_well();
  const std::vector<pid_t> pids = target_->processes();
  ASSERT_THAT(pids, SizeIs(3));
  EXPECT_EQ(target_->stop(), (ServiceExit{{}, SIGTERM, false}));
  for (const pid_t pid : pids) EXPECT_FALSE(is_alive(pid));
  EXPECT_THAT(our_children(), IsEmpty());
}

TEST_F(ProcessTargetTest, WhoDoesNotStopIsKilledAndItIsSaid) {
  shell("trap '' TERM; (trap '' TERM; exec sleep 1000) & echo ready; wait");
  options_.spec.stop.timeout = std::chrono::milliseconds(20);
  start_well();
  const std::vector<pid_t> pids = target_->processes();
  EXPECT_EQ(target_->stop(), (ServiceExit{{}, SIGKILL, true}));
  for (const pid_t pid : pids) EXPECT_FALSE(is_alive(pid));
}

// 60 is exit(2), which ends one thread: the first of them, and the process
// looks dead, while the other still does what there is to do.
TEST_F(ProcessTargetTest, AThreadThatEndsLastHasTheLastWord) {
  options_.spec.ready.output = "ready";
  options_.spec.command = {"python3", "-c", R"(
import ctypes, os, signal, threading, time
wanted, want = os.pipe()
def last():
    os.read(wanted, 1)
    time.sleep(0.1)
    os._exit(7)
def end_this_thread(*_):
    os.write(want, b'x')
    ctypes.CDLL(None).syscall(60, 0)
threading.Thread(target=last).start()
signal.signal(signal.SIGTERM, end_this_thread)
print('ready', flush=True)
while True: signal.pause()
)"};
  start_well();
  EXPECT_EQ(target_->stop(), (ServiceExit{7, {}, false}));
  EXPECT_THAT(our_children(), IsEmpty());
}

TEST_F(ProcessTargetTest, TheStopSignalIsTheScenarios) {
  shell("trap 'exit 5' INT; echo ready; while :; do sleep 0.01; done");
  options_.spec.stop.signal = SIGINT;
  start_well();
  EXPECT_EQ(target_->stop(), (ServiceExit{5, {}, false}));
}

TEST_F(ProcessTargetTest, ADaemonLivesOnAsTheService) {
  shell("setsid sh -c 'echo ready; exec sleep 1000' & exit 0");
  start_well();
  EXPECT_FALSE(target_->exited());
  const std::vector<pid_t> pids = target_->processes();
  ASSERT_THAT(pids, SizeIs(1));
  EXPECT_EQ(target_->stop(), (ServiceExit{{}, SIGTERM, false}));
  EXPECT_FALSE(is_alive(pids.front()));
}

// Twice forked, in a session of its own and with an empty environment: only
// that it became our child ties it to the service. What was started ends when
// the daemon is like that, so that it is never seen before.
TEST_F(ProcessTargetTest, ADaemonThatHidItsOriginIsFound) {
  perl(R"(use POSIX; pipe(R, W); if (fork) { close W; <R>; exit }
          POSIX::setsid(); exit if fork; POSIX::setsid();
          POSIX::dup2(fileno(W), 9); exec "env", "-i", "/bin/sh", "-c",
          "echo go >&9; exec 9>&-; echo ready; exec sleep 1000")");
  options_.spec.ready.output = "ready";
  start_well();
  EXPECT_FALSE(target_->exited());
  // Its first process ends a moment after it has said go.
  while (target_->processes().size() > 1) std::this_thread::yield();
  const std::vector<pid_t> pids = target_->processes();
  ASSERT_THAT(pids, SizeIs(1));
  target_->stop();
  EXPECT_FALSE(is_alive(pids.front()));
  EXPECT_THAT(our_children(), IsEmpty());
}

// Started after the service was ready, so that only the mark is left.
TEST_F(ProcessTargetTest, ALateDaemonIsFoundByItsMark) {
  shell(
      "trap 'setsid setsid -f sleep 1000; echo late' USR1; echo ready; "
      "while :; do sleep 0.01; done");
  start_well();
  ::kill(target_->processes().front(), SIGUSR1);
  while (target_->last_output().size() < 2) std::this_thread::yield();
  std::vector<ProcessEntry> ours = our_children();
  std::erase_if(ours, [](const ProcessEntry& e) { return e.dead(); });
  ASSERT_THAT(ours, SizeIs(2));
  for (const ProcessEntry& entry : ours) {
    EXPECT_THAT(target_->processes(), Contains(entry.pid));
  }
  target_->stop();
  EXPECT_THAT(our_children(), IsEmpty());
}

TEST_F(ProcessTargetTest, ACrashIsSeenAndItsWorkersAreEnded) {
  shell("sleep 1000 & echo ready; wait");
  start_well();
  ::kill(target_->processes().front(), SIGABRT);
  while (!target_->exited()) std::this_thread::yield();
  EXPECT_EQ(target_->exited()->signal, SIGABRT);
  const std::vector<pid_t> left = target_->processes();
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(target_->stop().signal, SIGABRT);
  EXPECT_FALSE(is_alive(left.front()));
}

TEST_F(ProcessTargetTest, AChattyServiceIsNotHeldUp) {
  perl(R"($| = 1; print "chatter\n" for 1 .. 200000; print "ready\n"; sleep)");
  options_.spec.ready.output = "ready";
  start_well();
  EXPECT_EQ(target_->last_output().back(), "ready");
  EXPECT_THAT(target_->last_output(), SizeIs(20));
}

TEST_F(ProcessTargetTest, NothingOfOursReachesTheService) {
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);  // inheritable on purpose
  const Fd read_end(ends[0]);
  const Fd write_end(ends[1]);
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  shell(
      "readlink /proc/self/fd/0; ls -x /proc/$$/fd; "
      "grep SigIgn /proc/$$/status; echo ready; exec sleep 1000");
  start_well();
  ::signal(SIGPIPE, before);
  EXPECT_THAT(target_->last_output(),
              ElementsAre("/dev/null", "0  1  2", "SigIgn:\t0000000000000000",
                          "ready"));
}

TEST_F(ProcessTargetTest, TheEnvironmentIsThatOfTheScenario) {
  shell(
      "echo $COLOR $EXTRA $SAME; echo $TIDEMARK_RUN_ID; echo ready; "
      "exec sleep 1000");
  options_.spec.environment = {{"COLOR", "red"}, {"SAME", "theirs"}};
  options_.extra_environment = {{"EXTRA", "more"}, {"SAME", "ours"}};
  options_.spec.directory = "/";
  start_well();
  ASSERT_THAT(target_->last_output(), SizeIs(3));
  EXPECT_EQ(target_->last_output()[0], "red more ours");
  EXPECT_NE(target_->last_output()[1], "");
  const pid_t pid = target_->processes().front();
  EXPECT_EQ(
      std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/cwd"),
      "/");
}

TEST_F(ProcessTargetTest, TheServiceEndsWhenWeAreKilled) {
  int ends[2] = {};
  ASSERT_EQ(::pipe(ends), 0);
  const Fd read_end(ends[0]);
  const Fd write_end(ends[1]);
  shell("echo ready; exec sleep 1000");
  const pid_t harness = ::fork();
  if (harness == 0) {
    if (!start()) ::_exit(1);
    const pid_t service = target_->processes().front();
    if (::write(write_end.get(), &service, sizeof service) < 0) ::_exit(1);
    while (true) ::pause();
  }
  pid_t service = 0;
  ASSERT_EQ(::read(read_end.get(), &service, sizeof service),
            static_cast<ssize_t>(sizeof service));
  const auto entry = process_entry(service);
  ASSERT_TRUE(entry);
  ::kill(harness, SIGKILL);
  ASSERT_EQ(::waitpid(harness, nullptr, 0), harness);
  EXPECT_TRUE(wait_for_end({*entry}, std::chrono::seconds(10)));
  ::waitpid(service, nullptr, 0);  // ours if another test made us subreaper
}

}  // namespace
}  // namespace tidemark
