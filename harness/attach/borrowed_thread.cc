#include "harness/attach/borrowed_thread.h"

#include <elf.h>
#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "harness/attach/waiting.h"

namespace tidemark::attach {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kToStop{2000};
// A call may have to wait for a lock that another thread holds.
constexpr milliseconds kToReturn{30000};
// The largest state that a processor saves today (with AMX) is 11 KB.
constexpr std::size_t kVectorBytes = 64 * 1024;
constexpr int kSystemCallStop = SIGTRAP | 0x80;

tl::unexpected<Error> trouble(pid_t tid, const char* what) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("cannot {} thread {} of the service: {}", what, tid,
                          std::strerror(errno)));
}

template <class T>
void* as_pointer(T value) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(value));
}

bool is_event_stop(int status) {
  return WIFSTOPPED(status) && status >> 16 == PTRACE_EVENT_STOP;
}

bool is_fault(int signal) {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL ||
         signal == SIGFPE || signal == SIGSYS || signal == SIGABRT;
}

// Calls that a stop interrupts for good, where all others are begun again by
// the kernel.
bool is_never_restarted(long number) {
  constexpr long kCalls[] = {
      SYS_epoll_wait, SYS_epoll_pwait,  SYS_epoll_pwait2, SYS_semop,
      SYS_semtimedop, SYS_io_getevents, SYS_io_pgetevents};
  return std::find(std::begin(kCalls), std::end(kCalls), number) !=
         std::end(kCalls);
}

}  // namespace

Result<std::unique_ptr<BorrowedThread>> BorrowedThread::stop(pid_t tid) {
  if (::ptrace(PTRACE_SEIZE, tid, nullptr, as_pointer(PTRACE_O_TRACESYSGOOD)) !=
      0)
    return trouble(tid, "trace");
  std::unique_ptr<BorrowedThread> thread(new BorrowedThread(tid));
  if (::ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr) != 0)
    return trouble(tid, "stop");
  int status = 0;
  for (;;) {
    TIDEMARK_TRY(thread->wait_for_stop(status, kToStop));
    if (is_event_stop(status)) break;
    // A signal was on its way: it gets it.
    ::ptrace(PTRACE_CONT, tid, nullptr, as_pointer(WSTOPSIG(status)));
  }
  TIDEMARK_TRY(thread->remember());
  return thread;
}

BorrowedThread::~BorrowedThread() { let_go(); }

Status BorrowedThread::wait_for_stop(int& status, milliseconds at_most) {
  Waiting waiting(at_most);
  for (;;) {
    const pid_t got = ::waitpid(tid_, &status, __WALL | WNOHANG);
    if (got == tid_) {
      if (WIFSTOPPED(status)) return {};
      gone_ = true;
      errno = ESRCH;
      return trouble(tid_, "stop");
    }
    if (got < 0 && errno != EINTR) {
      gone_ = true;
      return trouble(tid_, "wait for");
    }
    if (!waiting.again()) {
      errno = ETIMEDOUT;
      return trouble(tid_, "wait for");
    }
  }
}

Status BorrowedThread::remember() {
  vectors_.resize(kVectorBytes);
  iovec room{vectors_.data(), vectors_.size()};
  if (::ptrace(PTRACE_GETREGS, tid_, nullptr, &before_) != 0 ||
      ::ptrace(PTRACE_GETREGSET, tid_, as_pointer(NT_X86_XSTATE), &room) != 0 ||
      ::ptrace(PTRACE_GETSIGMASK, tid_, as_pointer(sizeof mask_), &mask_) != 0)
    return trouble(tid_, "read the registers of");
  vectors_.resize(room.iov_len);
  return {};
}

long BorrowedThread::system_call() const {
  return static_cast<long>(before_.orig_rax);
}

// From a system call's stop to the kind of stop in which it was found: there
// the kernel decides how to go on with the call that was interrupted.
Status BorrowedThread::put_back() {
  iovec room{vectors_.data(), vectors_.size()};
  if (::ptrace(PTRACE_SETREGS, tid_, nullptr, &before_) != 0 ||
      ::ptrace(PTRACE_SETREGSET, tid_, as_pointer(NT_X86_XSTATE), &room) != 0 ||
      ::ptrace(PTRACE_SETSIGMASK, tid_, as_pointer(sizeof mask_), &mask_) != 0)
    return trouble(tid_, "put back the registers of");
  if (::ptrace(PTRACE_INTERRUPT, tid_, nullptr, nullptr) != 0 ||
      ::ptrace(PTRACE_CONT, tid_, nullptr, nullptr) != 0)
    return trouble(tid_, "resume");
  for (int status = 0;;) {
    TIDEMARK_TRY(wait_for_stop(status, kToStop));
    if (is_event_stop(status)) return {};
    ::ptrace(PTRACE_CONT, tid_, nullptr, as_pointer(WSTOPSIG(status)));
  }
}

void BorrowedThread::let_go() {
  if (gone_) return;
  if (used_ && !put_back()) return;
  // With no signal to tell of, an EINTR would be our doing.
  user_regs_struct now = before_;
  if (static_cast<long>(now.rax) == -EINTR &&
      is_never_restarted(static_cast<long>(now.orig_rax)) &&
      !has_signal_pending(tid_)) {
    now.rip -= 2;
    now.rax = now.orig_rax;
    now.orig_rax = ~0ull;
    ::ptrace(PTRACE_SETREGS, tid_, nullptr, &now);
  }
  ::ptrace(PTRACE_DETACH, tid_, nullptr, nullptr);
}

// Runs until the thread is about to make a system call at `instruction` with
// its stack at `stack` (0: anywhere), and takes the call away from it.
Status BorrowedThread::run_until(std::uint64_t instruction, std::uint64_t stack,
                                 user_regs_struct& found) {
  for (int deliver = 0;;) {
    if (::ptrace(PTRACE_SYSCALL, tid_, nullptr, as_pointer(deliver)) != 0)
      return trouble(tid_, "resume");
    deliver = 0;
    int status = 0;
    TIDEMARK_TRY(wait_for_stop(status, kToReturn));
    if (is_event_stop(status)) continue;
    if (WSTOPSIG(status) != kSystemCallStop) {
      if (!is_fault(WSTOPSIG(status))) {
        deliver = WSTOPSIG(status);
        continue;
      }
      return fail(ErrorKind::kEnvironment,
                  fmt::format("thread {} of the service crashed in a call "
                              "that tidemark asked for (signal {}); it was put "
                              "back to where it was",
                              tid_, WSTOPSIG(status)));
    }
    if (::ptrace(PTRACE_GETREGS, tid_, nullptr, &found) != 0)
      return trouble(tid_, "read the registers of");
    // -ENOSYS: at the entrance of the call and not at its end.
    if (found.rip == instruction + 2 && found.rsp == stack &&
        static_cast<long>(found.rax) == -ENOSYS)
      return {};
  }
}

Result<std::int64_t> BorrowedThread::do_system_call(
    std::uint64_t instruction, long number,
    std::array<std::uint64_t, 6> arguments) {
  used_ = true;
  user_regs_struct regs = before_;
  regs.rip = instruction;
  regs.rax = static_cast<std::uint64_t>(number);
  regs.orig_rax = ~0ull;
  regs.rdi = arguments[0];
  regs.rsi = arguments[1];
  regs.rdx = arguments[2];
  regs.r10 = arguments[3];
  regs.r8 = arguments[4];
  regs.r9 = arguments[5];
  const std::uint64_t all = ~0ull;
  if (::ptrace(PTRACE_SETREGS, tid_, nullptr, &regs) != 0 ||
      ::ptrace(PTRACE_SETSIGMASK, tid_, as_pointer(sizeof all), &all) != 0)
    return trouble(tid_, "set the registers of");
  user_regs_struct found;
  TIDEMARK_TRY(run_until(instruction, regs.rsp, found));
  // Let through, to its end.
  int status = 0;
  if (::ptrace(PTRACE_SYSCALL, tid_, nullptr, nullptr) != 0)
    return trouble(tid_, "resume");
  TIDEMARK_TRY(wait_for_stop(status, kToReturn));
  if (::ptrace(PTRACE_GETREGS, tid_, nullptr, &found) != 0)
    return trouble(tid_, "read the registers of");
  return static_cast<std::int64_t>(found.rax);
}

Result<std::uint64_t> BorrowedThread::call(
    std::uint64_t instruction, std::uint64_t function,
    std::array<std::uint64_t, 2> arguments, std::uint64_t stack) {
  used_ = true;
  // At a function's entry the stack is 8 off a multiple of 16.
  const std::uint64_t top = (stack & ~15ull) - 16;
  user_regs_struct regs = before_;
  regs.rip = function;
  regs.rsp = top - 8;
  regs.rbp = 0;
  regs.rax = 0;
  regs.orig_rax = ~0ull;
  regs.rdi = arguments[0];
  regs.rsi = arguments[1];
  regs.eflags &= ~0x400ull;  // the direction flag, as the ABI wants it
  const std::uint64_t all = ~0ull;
  errno = 0;
  if (::ptrace(PTRACE_POKEDATA, tid_, as_pointer(regs.rsp),
               as_pointer(instruction)) != 0 ||
      ::ptrace(PTRACE_SETREGS, tid_, nullptr, &regs) != 0 ||
      ::ptrace(PTRACE_SETSIGMASK, tid_, as_pointer(sizeof all), &all) != 0)
    return trouble(tid_, "set the registers of");
  user_regs_struct found;
  TIDEMARK_TRY(run_until(instruction, top, found));
  const std::uint64_t result = found.orig_rax;
  // The call it would make has the function's result for its number.
  found.orig_rax = ~0ull;
  int status = 0;
  if (::ptrace(PTRACE_SETREGS, tid_, nullptr, &found) != 0 ||
      ::ptrace(PTRACE_SYSCALL, tid_, nullptr, nullptr) != 0)
    return trouble(tid_, "resume");
  TIDEMARK_TRY(wait_for_stop(status, kToReturn));
  return result;
}

}  // namespace tidemark::attach
