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

#include "harness/attach/loader_lock.h"
#include "harness/attach/tracer.h"
#include "harness/attach/waiting.h"

namespace tidemark::attach {
namespace {

using std::chrono::milliseconds;

// A thread that takes longer is left for later.
constexpr milliseconds kToStop{2000};
constexpr milliseconds kToStopAfterAll{20};
// Of a system call that does not wait for anything.
constexpr milliseconds kToReturn{60000};
// The largest state that a processor saves today (with AMX) is 11 KB.
constexpr std::size_t kVectorBytes = 64 * 1024;
constexpr std::uint64_t kWayBackBytes = 16 * 1024;
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
// the kernel: some always, those on descriptors where a socket has a timeout.
// What answers EINTR has done nothing yet.
bool is_never_restarted(long number) {
  constexpr long kCalls[] = {
      SYS_epoll_wait,    SYS_epoll_pwait,    SYS_epoll_pwait2,
      SYS_semop,         SYS_semtimedop,     SYS_io_getevents,
      SYS_io_pgetevents, SYS_io_uring_enter, SYS_rt_sigtimedwait,
      SYS_read,          SYS_readv,          SYS_write,
      SYS_writev,        SYS_accept,         SYS_accept4,
      SYS_recvfrom,      SYS_recvmsg,        SYS_recvmmsg,
      SYS_sendto,        SYS_sendmsg,        SYS_sendmmsg,
      SYS_connect};
  return std::find(std::begin(kCalls), std::end(kCalls), number) !=
         std::end(kCalls);
}

}  // namespace

Result<std::unique_ptr<BorrowedThread>> BorrowedThread::stop(pid_t tid) {
  const bool again = is_late(tid);
  if (!again && ::ptrace(PTRACE_SEIZE, tid, nullptr,
                         as_pointer(PTRACE_O_TRACESYSGOOD)) != 0) {
    const int error = errno;
    if (is_ending(tid)) return nullptr;
    errno = error;
    return trouble(tid, "trace");
  }
  forget_late(tid);
  std::unique_ptr<BorrowedThread> thread(new BorrowedThread(tid));
  // One that cannot be asked is ending.
  if (!again && ::ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr) != 0)
    return nullptr;
  for (int status = 0;;) {
    if (!thread->wait_for_stop(status, again ? kToStopAfterAll : kToStop))
      return nullptr;
    if (is_event_stop(status)) break;
    // A signal was on its way: it gets it.
    thread->stopped_ = false;
    ::ptrace(PTRACE_CONT, tid, nullptr, as_pointer(WSTOPSIG(status)));
  }
  TIDEMARK_TRY(thread->remember());
  return thread;
}

BorrowedThread::~BorrowedThread() { let_go(); }

Status BorrowedThread::wait_for_stop(int& status, milliseconds at_most) {
  stopped_ = false;
  Waiting waiting(at_most);
  for (;;) {
    const pid_t got = ::waitpid(tid_, &status, __WALL | WNOHANG);
    if (got == tid_) {
      stopped_ = WIFSTOPPED(status);
      if (stopped_) return {};
      gone_ = true;
      errno = ESRCH;
      return trouble(tid_, "stop");
    }
    if (got < 0 && errno != EINTR) {
      gone_ = true;
      return trouble(tid_, "wait for");
    }
    release_late();
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
    TIDEMARK_TRY(wait_for_stop(status, kToReturn));
    if (is_event_stop(status)) return {};
    ::ptrace(PTRACE_CONT, tid_, nullptr, as_pointer(WSTOPSIG(status)));
  }
}

// With no signal to tell of, an EINTR would be our doing.
bool BorrowedThread::make_again(user_regs_struct& regs) const {
  if (static_cast<long>(regs.rax) != -EINTR ||
      !is_never_restarted(static_cast<long>(regs.orig_rax)) ||
      has_signal_pending(tid_))
    return false;
  regs.rip -= 2;
  regs.rax = regs.orig_rax;
  regs.orig_rax = ~0ull;
  return true;
}

void BorrowedThread::let_go() {
  if (gone_) return;
  if (stopped_ && used_ && !by_itself_) {
    // What fails here fails because the thread is not there any more.
    (void)put_back();
    if (gone_) return;
  }
  if (!stopped_) return note_late(tid_);
  user_regs_struct now = before_;
  if (!by_itself_ && make_again(now))
    ::ptrace(PTRACE_SETREGS, tid_, nullptr, &now);
  ::ptrace(PTRACE_DETACH, tid_, nullptr, nullptr);
}

// A call that takes too long cannot be undone in the midst of what it does,
// unless it has not begun.
tl::unexpected<Error> BorrowedThread::overdue(milliseconds at_most) {
  by_itself_ = has_way_back_;
  int status = 0;
  user_regs_struct now;
  ::ptrace(PTRACE_INTERRUPT, tid_, nullptr, nullptr);
  if (wait_for_stop(status, kToStop) &&
      ::ptrace(PTRACE_GETREGS, tid_, nullptr, &now) == 0) {
    const bool crashed =
        !is_event_stop(status) && WSTOPSIG(status) != kSystemCallStop;
    if (crashed || only_waits_for_loader(tid_, now)) by_itself_ = false;
  }
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("a call that tidemark asked for takes longer than {} s in "
                  "thread {} of the service; {}",
                  at_most.count() / 1000, tid_,
                  by_itself_ ? "the thread goes back to its work when it ends"
                             : "the thread was put back to where it was"),
      "another thread may hold the dynamic loader's lock (a library's "
      "constructor that waits): try again later");
}

// Runs until the thread is about to make a system call at `instruction` with
// its stack at `stack` (0: anywhere), and takes the call away from it.
Status BorrowedThread::run_until(std::uint64_t instruction, std::uint64_t stack,
                                 milliseconds at_most,
                                 user_regs_struct& found) {
  for (int deliver = 0;;) {
    if (::ptrace(PTRACE_SYSCALL, tid_, nullptr, as_pointer(deliver)) != 0)
      return trouble(tid_, "resume");
    deliver = 0;
    int status = 0;
    if (Status stopped = wait_for_stop(status, at_most); !stopped)
      return gone_ ? stopped : overdue(at_most);
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
    const ReturnCode& code, long number,
    std::array<std::uint64_t, 6> arguments) {
  used_ = true;
  has_way_back_ = false;
  user_regs_struct regs = before_;
  regs.rip = code.system_call;
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
  TIDEMARK_TRY(run_until(code.system_call, regs.rsp, kToReturn, found));
  // Let through, to its end.
  int status = 0;
  if (::ptrace(PTRACE_SYSCALL, tid_, nullptr, nullptr) != 0)
    return trouble(tid_, "resume");
  TIDEMARK_TRY(wait_for_stop(status, kToReturn));
  if (::ptrace(PTRACE_GETREGS, tid_, nullptr, &found) != 0)
    return trouble(tid_, "read the registers of");
  return static_cast<std::int64_t>(found.rax);
}

// Where the function returns to, and how it goes on from there.
Status BorrowedThread::lay_stack(const ReturnCode& code, std::uint64_t top,
                                 std::uint64_t end) {
  user_regs_struct after = before_;
  if (!make_again(after)) after = resumed(before_);
  std::vector<unsigned char> bytes =
      way_back(code, top, end, after, vectors_, mask_);
  has_way_back_ = !bytes.empty();
  std::uint64_t address = code.system_call;
  iovec here[] = {{&address, sizeof address}, {bytes.data(), bytes.size()}};
  iovec there[] = {{as_pointer(top - 8), sizeof address},
                   {as_pointer(top), bytes.size()}};
  if (::process_vm_writev(tid_, here, 2, there, 2, 0) !=
      static_cast<ssize_t>(sizeof address + bytes.size()))
    return trouble(tid_, "write to the stack for");
  return {};
}

Result<std::uint64_t> BorrowedThread::call(
    const ReturnCode& code, std::uint64_t function,
    std::array<std::uint64_t, 2> arguments, std::uint64_t stack,
    milliseconds at_most) {
  used_ = true;
  // At a function's entry the stack is 8 off a multiple of 16.
  const std::uint64_t top = (stack - kWayBackBytes) & ~15ull;
  TIDEMARK_TRY(lay_stack(code, top, stack));
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
  if (::ptrace(PTRACE_SETREGS, tid_, nullptr, &regs) != 0 ||
      ::ptrace(PTRACE_SETSIGMASK, tid_, as_pointer(sizeof all), &all) != 0)
    return trouble(tid_, "set the registers of");
  user_regs_struct found;
  TIDEMARK_TRY(run_until(code.system_call, top, at_most, found));
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
