#include "harness/attach/tracer.h"

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdint>
#include <set>
#include <thread>

namespace tidemark::attach {
namespace {

thread_local std::set<pid_t> late;

// True if it is not traced any more.
bool release(pid_t tid) {
  int status = 0;
  const pid_t got = ::waitpid(tid, &status, __WALL | WNOHANG);
  if (got == 0) return false;
  if (got < 0 || !WIFSTOPPED(status)) return true;
  // A signal was on its way: it gets it.
  const bool is_event = status >> 16 == PTRACE_EVENT_STOP;
  const std::uintptr_t signal =
      is_event || WSTOPSIG(status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(status);
  ::ptrace(PTRACE_DETACH, tid, nullptr, reinterpret_cast<void*>(signal));
  return true;
}

}  // namespace

Status as_tracer(const std::function<Status()>& work) {
  Status done;
  // What interrupts tidemark is for its other threads.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread tracer([&] { done = work(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  tracer.join();
  return done;
}

void note_late(pid_t tid) { late.insert(tid); }

bool is_late(pid_t tid) { return late.contains(tid); }

void forget_late(pid_t tid) { late.erase(tid); }

void release_late() { std::erase_if(late, release); }

}  // namespace tidemark::attach
