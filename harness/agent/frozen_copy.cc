#include "harness/agent/frozen_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/agent/monotonic.h"

namespace tidemark::agent {
namespace {

// From the clone until its end the copy makes raw system calls only: the
// other threads of the service do not exist in it, and any lock of libc's may
// be held by one of them for ever. It calls nothing that has a hook.

// For a kernel without close_range, or a filter that refuses it.
bool close_one_by_one() {
  // The table is still the service's: closing in there would be fatal.
  if (syscall(SYS_unshare, CLONE_FILES) != 0) return false;
  constexpr rlim_t kMostTried = 1 << 20;
  struct rlimit limit = {kMostTried, kMostTried};
  syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit);
  rlim_t end = limit.rlim_cur < kMostTried ? limit.rlim_cur : kMostTried;
  for (rlim_t fd = 0; fd < end; ++fd)
    syscall(SYS_close, static_cast<unsigned>(fd));
  return true;
}

// The copy shares the service's table of descriptors until here, so that no
// duplicate of a connection exists at any moment: a duplicate would keep the
// connection from ending when the service closes it, and the harness's count
// of the drained ones would be wrong.
bool leave_descriptors() {
  if (syscall(SYS_close_range, 0u, ~0u, CLOSE_RANGE_UNSHARE) == 0) return true;
  return close_one_by_one();
}

// If memory runs short, the copy goes before the service does.
void be_first_to_die() {
  long fd =
      syscall(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY, 0);
  if (fd < 0) return;
  (void)!syscall(SYS_write, fd, "1000", 4ul);
  syscall(SYS_close, static_cast<unsigned>(fd));
}

std::uint32_t checked_pid(std::uint32_t pid) { return pid < kMaxPid ? pid : 0; }

void let_be_read_by(std::uint32_t harness) {
  // A service that gave up a privilege is not dumpable, and neither is its
  // copy: nobody could read it. The copy has this flag for itself.
  syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
  // Under Yama only an ancestor may read a process: the service may be a
  // daemon that left the harness's family.
  unsigned long reader = harness != 0 ? harness : PR_SET_PTRACER_ANY;
  syscall(SYS_prctl, PR_SET_PTRACER, reader, 0, 0, 0);
}

[[noreturn]] void leave() {
  for (;;) syscall(SYS_exit_group, 0);
}

void report(Command& command, Frozen state) {
  command.frozen.store(static_cast<std::uint32_t>(state),
                       std::memory_order_release);
  syscall(SYS_futex, &command.frozen, FUTEX_WAKE, 1 << 30, nullptr, nullptr, 0);
}

[[noreturn]] void stand_still(Command& command, pid_t service,
                              std::uint32_t harness) {
  syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (!leave_descriptors()) {
    command.freeze_error.store(static_cast<std::uint32_t>(errno));
    report(command, Frozen::kGaveUp);
    leave();
  }
  syscall(SYS_prctl, PR_SET_NAME, kFrozenName, 0, 0, 0);
  let_be_read_by(harness);
  be_first_to_die();
  report(command, Frozen::kStanding);
  // All signals but SIGKILL are blocked, as on the agent's thread.
  for (std::int64_t waited = 0; waited < kFrozenSeconds;
       waited += kFrozenLooksEverySeconds) {
    if (syscall(SYS_getppid) != service) break;
    if (harness != 0 && syscall(SYS_kill, harness, 0) != 0 && errno == ESRCH)
      break;
    timespec pause = {kFrozenLooksEverySeconds, 0};
    syscall(SYS_nanosleep, &pause, nullptr);
  }
  leave();
}

bool has_ended(pid_t pid) {
  // A copy's exit signal is 0, so that only __WALL and __WCLONE find it.
  // ECHILD: the service waited with __WALL and was faster.
  long got = syscall(SYS_wait4, pid, nullptr, WNOHANG | __WALL, nullptr);
  return got == pid || (got < 0 && errno == ECHILD);
}

// False if the copy ended instead.
bool wait_until_it_stands(Command& command, pid_t pid) {
  std::uint32_t nothing = static_cast<std::uint32_t>(Frozen::kNothing);
  timespec part = {0, 50'000'000};
  while (command.frozen.load(std::memory_order_acquire) == nothing) {
    syscall(SYS_futex, &command.frozen, FUTEX_WAIT, nothing, &part, nullptr, 0);
    if (command.frozen.load() == nothing && has_ended(pid)) return false;
  }
  return command.frozen.load() == static_cast<std::uint32_t>(Frozen::kStanding);
}

}  // namespace

void FrozenCopy::make(Command& command) {
  end(command);
  command.frozen.store(static_cast<std::uint32_t>(Frozen::kNothing));
  command.freeze_error.store(0);
  std::uint32_t harness = checked_pid(command.harness_pid.load());
  pid_t service = static_cast<pid_t>(syscall(SYS_getpid));
  std::uint64_t before = monotonic_nanoseconds();
  // Not fork(): its handlers are the service's, and it takes libc's locks.
  // No exit signal: the service gets no SIGCHLD. Untraced: a debugger of the
  // service does not stop the copy.
  long pid =
      syscall(SYS_clone, CLONE_FILES | CLONE_UNTRACED, 0ul, 0ul, 0ul, 0ul);
  if (pid == 0) stand_still(command, service, harness);
  command.freeze_nanoseconds.store(monotonic_nanoseconds() - before);
  if (pid < 0) {
    command.freeze_error.store(static_cast<std::uint32_t>(errno));
    return;
  }
  pid_ = static_cast<pid_t>(pid);
  if (wait_until_it_stands(command, pid_)) {
    command.frozen_pid.store(static_cast<std::uint32_t>(pid_));
    return;
  }
  end(command);
  // Killed by somebody, or by a filter of system calls.
  if (command.freeze_error.load() == 0) command.freeze_error.store(ESRCH);
}

void FrozenCopy::end(Command& command) {
  command.frozen_pid.store(0);
  if (pid_ == 0) return;
  syscall(SYS_kill, pid_, SIGKILL);
  while (syscall(SYS_wait4, pid_, nullptr, __WALL, nullptr) < 0 &&
         errno == EINTR) {
  }
  pid_ = 0;
}

void FrozenCopy::reap_if_ended(Command& command) {
  if (pid_ == 0 || !has_ended(pid_)) return;
  command.frozen_pid.store(0);
  pid_ = 0;
}

}  // namespace tidemark::agent
