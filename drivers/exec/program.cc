#include "drivers/exec/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/base/fd.h"
#include "harness/base/output_tail.h"
#include "harness/base/proc_tree.h"
#include "harness/base/spawn.h"

namespace tidemark::exec {
namespace {

constexpr std::size_t kReadAtOnce = 64 << 10;
// A pipe holds no more, unless a program makes it larger.
constexpr int kReadsAtTheEnd = 16;
// How often is looked at what cannot be polled.
constexpr Duration kSlice = std::chrono::milliseconds(20);
// A killed process may take a moment to be gone.
constexpr Duration kAfterKill = std::chrono::seconds(5);
constexpr int kKillPause = 1;  // milliseconds

std::vector<std::string> our_environment() {
  std::vector<std::string> result;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry)
    result.emplace_back(*entry);
  return result;
}

// A started program; it and its session are gone when this is.
class Program {
 public:
  Program(pid_t pid, Fd output, Clock& clock, Cancellation& cancellation)
      : pid_(pid),
        output_(std::move(output)),
        ended_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
        clock_(clock),
        cancellation_(cancellation) {
    ::fcntl(output_.get(), F_SETFL,
            ::fcntl(output_.get(), F_GETFL) | O_NONBLOCK);
  }
  ~Program() {
    if (pid_ > 0) collect();
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // True once the program itself has ended; false at `end`, or, if `watched`,
  // when the run is cancelled.
  bool wait_until(TimePoint end, bool watched) {
    while (true) {
      if (has_ended()) return true;
      const bool give_up = watched && cancellation_.requested();
      if (give_up || clock_.now() >= end) return false;
      wait_a_little(end, watched);
    }
  }

  void ask_to_stop() { ::kill(-pid_, SIGTERM); }

  // Kills what is left of the session; how the program itself has ended.
  int collect() {
    end_session();
    // Last, because until then its number is nobody else's.
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    for (int i = 0; i < kReadsAtTheEnd && read_some(); ++i) {
    }
    pid_ = -1;
    return status;
  }

  std::vector<std::string> last_output() const { return tail_.lines(); }

 private:
  // It stays a zombie, so that its number can still be signalled.
  bool has_ended() const {
    siginfo_t info = {};
    const int failed = ::waitid(P_PID, static_cast<id_t>(pid_), &info,
                                WEXITED | WNOHANG | WNOWAIT);
    return failed != 0 || info.si_pid == pid_;
  }

  void wait_a_little(TimePoint end, bool watched) {
    const int wake = watched ? cancellation_.wait_fd() : -1;
    std::array<pollfd, 3> waits{pollfd{output_.get(), POLLIN, 0},
                                pollfd{ended_.get(), POLLIN, 0},
                                pollfd{wake, POLLIN, 0}};
    const bool all_pollable = ended_ && (wake >= 0 || !watched);
    Duration pause = end - clock_.now();
    if (!all_pollable) pause = std::min(pause, kSlice);
    // Rounded up: a wait of nothing would be repeated until the end comes.
    const auto milliseconds =
        std::chrono::ceil<std::chrono::milliseconds>(pause).count();
    const int timeout =
        static_cast<int>(std::clamp<std::int64_t>(milliseconds, 0, 60'000));
    if (::poll(waits.data(), waits.size(), timeout) <= 0) return;
    if (waits[0].revents != 0 && !read_some() &&
        (waits[0].revents & POLLHUP) != 0)
      output_.reset();  // else poll() would return at once for ever
  }

  // False when nothing was there.
  bool read_some() {
    if (!output_) return false;
    std::array<char, kReadAtOnce> buffer;
    ssize_t got = 0;
    do {
      got = ::read(output_.get(), buffer.data(), buffer.size());
    } while (got < 0 && errno == EINTR);
    if (got > 0) tail_.add({buffer.data(), static_cast<std::size_t>(got)});
    return got > 0;
  }

  void end_session() {
    const TimePoint end = clock_.now() + kAfterKill;
    ::kill(-pid_, SIGKILL);
    // Once it is dead, its children are no more its own.
    siginfo_t info = {};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) <
               0 &&
           errno == EINTR) {
    }
    while (kill_others() && clock_.now() < end) ::poll(nullptr, 0, kKillPause);
  }

  // True if it must be called again: a process that still ran may have
  // started another. A shell gives its jobs process groups of their own.
  bool kill_others() {
    bool again = false;
    for (const ProcessEntry& entry : list_processes()) {
      if (entry.session != pid_ || entry.pid == pid_) continue;
      if (entry.dead()) {
        again |= !is_collected(entry);
      } else {
        ::kill(entry.pid, SIGKILL);
        again = true;
      }
    }
    return again;
  }

  // Orphans are our children if they come to us: the target's start asks for
  // that. False if this one may become ours when its parent is gone.
  bool is_collected(const ProcessEntry& entry) const {
    if (::waitpid(entry.pid, nullptr, WNOHANG) == entry.pid) return true;
    const std::optional<ProcessEntry> parent = process_entry(entry.parent);
    return parent && parent->session != pid_;
  }

  pid_t pid_;  // and the number of its session and its process group
  Fd output_;
  Fd ended_;  // readable when it has; nothing on old kernels
  Clock& clock_;
  Cancellation& cancellation_;
  OutputTail tail_{""};
};

}  // namespace

Result<ExecRun> run_program(const std::vector<std::string>& command,
                            const Limits& limits, Clock& clock,
                            Cancellation& cancellation) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot start '{}': {}", command.front(),
                            std::strerror(errno)),
                "if descriptors are short, raise the limit: ulimit -n 4096");
  Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  const TimePoint start = clock.now();
  SpawnRequest request;
  request.command = command;
  request.environment = our_environment();
  request.output = write_end.get();
  const Result<pid_t> pid = spawn(request);
  TIDEMARK_TRY(pid);
  write_end.reset();

  Program program(*pid, std::move(read_end), clock, cancellation);
  const bool ended = program.wait_until(start + limits.longest, true);
  const bool cancelled = !ended && cancellation.requested();
  if (!ended) {
    program.ask_to_stop();
    program.wait_until(clock.now() + limits.after_term, false);
  }
  const int status = program.collect();
  if (cancelled)
    return fail(ErrorKind::kInterrupted, "the load was interrupted");
  ExecRun run;
  run.took = clock.now() - start;
  run.last_output = program.last_output();
  run.too_long = !ended;
  if (WIFSIGNALED(status)) run.signal = WTERMSIG(status);
  if (WIFEXITED(status)) run.exit_code = WEXITSTATUS(status);
  return run;
}

}  // namespace tidemark::exec
