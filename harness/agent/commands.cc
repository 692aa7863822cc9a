#include "harness/agent/commands.h"

#include <errno.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "harness/agent/attached.h"
#include "harness/agent/definitions.h"
#include "harness/agent/frozen_copy.h"
#include "harness/agent/look_for.h"
#include "harness/agent/monotonic.h"
#include "harness/agent/patch_calls.h"
#include "harness/agent/real.h"
#include "harness/agent/segment.h"
#include "harness/agent/statistics.h"
#include "harness/agent/thread_state.h"
#include "harness/agent/unwind/capture.h"

namespace tidemark::agent {
namespace {

Allocator find_allocator() {
  // A library that only offers functions of its own serves no malloc.
  if (is_glibc(reinterpret_cast<void*>(real.malloc))) return Allocator::kGlibc;
  if (look_for<void*>("mi_collect")) return Allocator::kMimalloc;
  if (look_for<void*>("MallocExtension_Internal_ReleaseMemoryToSystem"))
    return Allocator::kGoogleTcmalloc;
  if (look_for<void*>("MallocExtension_ReleaseFreeMemory"))
    return Allocator::kTcmalloc;
  if (look_for<void*>("mallctl")) return Allocator::kJemalloc;
  return Allocator::kUnknown;
}

void purge_jemalloc() {
  using Mallctl = int (*)(const char*, void*, size_t*, void*, size_t);
  Mallctl mallctl = look_for<Mallctl>("mallctl");
  if (!mallctl) return;
  mallctl("thread.tcache.flush", nullptr, nullptr, nullptr, 0);
  // 4096 is MALLCTL_ARENAS_ALL: decay runs what is due, purge gives it all.
  mallctl("arena.4096.decay", nullptr, nullptr, nullptr, 0);
  mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);
}

void purge(Allocator allocator) {
  switch (allocator) {
    case Allocator::kJemalloc:
      purge_jemalloc();
      break;
    case Allocator::kMimalloc:
      if (auto collect = look_for<void (*)(bool)>("mi_collect")) collect(true);
      break;
    case Allocator::kTcmalloc:
      if (auto release =
              look_for<void (*)()>("MallocExtension_ReleaseFreeMemory"))
        release();
      break;
    case Allocator::kGoogleTcmalloc:
      if (auto release = look_for<void (*)(size_t)>(
              "MallocExtension_Internal_ReleaseMemoryToSystem"))
        release(~size_t{0});
      break;
    case Allocator::kGlibc:
    case Allocator::kUnknown:
      break;
  }
  // Libraries that called glibc's malloc directly, and glibc itself.
  malloc_trim(0);
}

// Returns early after `at_most`, if given.
void wait_for_change(std::atomic<std::uint32_t>& word, std::uint32_t seen,
                     const timespec* at_most) {
  syscall(SYS_futex, &word, FUTEX_WAIT, seen, at_most, nullptr, 0);
}

void wake(std::atomic<std::uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE, 1 << 30, nullptr, nullptr, 0);
}

// A thread that has ended is not started again: a hook may still be running.
// Nor is one that could not be started.
enum : std::uint32_t { kNotStarted, kStarting, kStarted, kEnded };
std::atomic<std::uint32_t> started{kNotStarted};

bool is_end(const Command& command) {
  return command.request.load() == static_cast<std::uint32_t>(Request::kEnd);
}

void carry_out(Command& command, Allocator allocator, FrozenCopy& copy) {
  switch (static_cast<Request>(command.request.load())) {
    case Request::kPurge: {
      std::uint64_t before = monotonic_nanoseconds();
      purge(allocator);
      command.purge_nanoseconds.store(monotonic_nanoseconds() - before);
      break;
    }
    case Request::kFreeze:
      copy.make(command);
      break;
    case Request::kThaw:
      copy.end(command);
      break;
    case Request::kStatistics:
      read_statistics(allocator, command.statistics);
      break;
    case Request::kEnd:
      copy.end(command);
      break;
    case Request::kNone:
      break;
  }
}

bool harness_has_gone(const Command& command) {
  pid_t harness = static_cast<pid_t>(command.harness_pid.load());
  return harness > 0 && kill(harness, 0) != 0 && errno == ESRCH;
}

// Nobody will come to take the library out: what can be done from within is
// that no call enters it any more, and that it keeps no memory.
void leave_alone() {
  retire_recording();
  restore_calls();
  // Somebody who waits for its end takes the thread along.
  std::uint32_t before = started.load();
  while (before != kEnded && !started.compare_exchange_weak(before, kEnded)) {
  }
  if (before != kEnded) pthread_detach(pthread_self());
  empty_segment();
}

// Until it is asked to end; a preloaded agent never is.
void serve(Command& command, Allocator allocator) {
  constexpr timespec kLook = {kFrozenLooksEverySeconds, 0};
  std::uint32_t done = 0;
  FrozenCopy copy;
  for (;;) {
    std::uint32_t asked = command.asked.load(std::memory_order_acquire);
    if (asked == done) {
      bool looks = kAttached || copy.exists();
      wait_for_change(command.asked, asked, looks ? &kLook : nullptr);
      copy.reap_if_ended(command);
      if (kAttached && harness_has_gone(command)) {
        copy.end(command);
        return leave_alone();
      }
      continue;
    }
    if (kAttached && !is_end(command)) redirect_calls();
    carry_out(command, allocator, copy);
    if (is_end(command)) return;
    done = asked;
    command.answered.store(done, std::memory_order_release);
    wake(command.answered);
  }
}

bool nothing_to_start() {
  return started.load(std::memory_order_relaxed) != kNotStarted ||
         command().thread_wanted.load(std::memory_order_relaxed) == 0;
}

pthread_t agent_thread;
constexpr std::size_t kStackBytes = 256 * 1024;
void* agent_stack;

void give_back_the_stack() {
  if (agent_stack) syscall(SYS_munmap, agent_stack, kStackBytes);
  agent_stack = nullptr;
}

// libc keeps a stack that it mapped for the next thread. An agent that will
// leave brings its own, to take it along.
void give_a_stack(pthread_attr_t& attributes) {
  if (!kAttached) {
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    return;
  }
  give_back_the_stack();  // a parent's
  long at = syscall(SYS_mmap, nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0L);
  if (at < 0 && at > -4096) return;
  agent_stack = reinterpret_cast<void*>(at);
  pthread_attr_setstack(&attributes, agent_stack, kStackBytes);
}

void* agent_main(void*) {
  set_internal(thread_state, true);
  prctl(PR_SET_NAME, kThreadName);
  Header* header = segment.header;
  header->agent_tid.store(static_cast<std::uint32_t>(syscall(SYS_gettid)));
  Allocator allocator = find_allocator();
  header->allocator.store(static_cast<std::uint32_t>(allocator));
  serve(command(), allocator);
  return nullptr;
}

}  // namespace

void forget_agent_thread() { started.store(kNotStarted); }

void start_agent_thread_if_wanted() {
  std::uint32_t none = kNotStarted;
  if (nothing_to_start() || !started.compare_exchange_strong(none, kStarting))
    return;
  // No handler of the service may run on the agent's thread. libc keeps its
  // own signals (setuid across threads) out of this.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  give_a_stack(attributes);
  const bool was = thread_state.internal;
  set_internal(thread_state, true);  // what pthread_create takes
  int error = pthread_create(&agent_thread, &attributes, agent_main, nullptr);
  set_internal(thread_state, was);
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  std::uint32_t starting = kStarting;
  if (error == 0) {
    // Unless it has ended by now.
    started.compare_exchange_strong(starting, kStarted);
    return;
  }
  segment.header->flags.fetch_or(kFlagNoThread);
  give_back_the_stack();
  started.store(kEnded);
}

void end_agent_thread() {
  // A child that ran no hook yet has its parent's word for a thread that is
  // missing there, and its parent's command page.
  if (!segment_is_own()) return;
  std::uint32_t running = kStarted;
  if (!started.compare_exchange_strong(running, kEnded)) return;
  Command& command = tidemark::agent::command();
  command.request.store(static_cast<std::uint32_t>(Request::kEnd));
  command.asked.fetch_add(1);
  wake(command.asked);
  pthread_join(agent_thread, nullptr);
  give_back_the_stack();
}

void unmap_everything() {
  for (UnwindState* state : unwind_states)
    if (state) syscall(SYS_munmap, state, sizeof(UnwindState));
  give_back_the_stack();
  unmap_segments();
}

}  // namespace tidemark::agent
