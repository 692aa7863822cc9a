#include "harness/agent/unwind/thread_stack.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace tidemark::agent {
namespace {

// A frame further below the known part of the own stack than this is taken
// for a foreign stack until smaller steps lead to it.
constexpr std::uint64_t kWidestStep = std::uint64_t{16} << 20;

std::atomic<std::uint64_t> main_stack_end{0};

std::uint64_t page_of(std::uint64_t address) { return address & ~(kPage - 1); }

// glibc puts the thread control block at the top of the stack it maps for a
// thread. The main thread's is elsewhere.
std::uint64_t top_of_own_stack(std::uint64_t pointer) {
  if (syscall(SYS_gettid) != getpid()) return pointer;
  return main_stack_end.load(std::memory_order_relaxed);
}

// Tries to widen the known part down to `rsp`: every page between must be
// readable. The guard page below a pthread stack ends the search for stacks
// that only lie near.
bool widen(ThreadStack& stack, std::uint64_t rsp) {
  if (rsp >= stack.lo || rsp < stack.not_below) return false;
  if (stack.lo - rsp > kWidestStep) return false;
  for (std::uint64_t page = page_of(rsp) + kPage; page < stack.lo;
       page += kPage) {
    if (!is_readable(page)) {
      stack.not_below = page + kPage;
      return false;
    }
  }
  stack.lo = page_of(rsp);
  return true;
}

}  // namespace

StackMemory find_stack(ThreadStack& stack, std::uint64_t rsp) {
  const std::uint64_t pointer = thread_pointer();
  if (stack.thread_pointer != pointer || stack.hi == 0) {
    stack = ThreadStack{};
    stack.thread_pointer = pointer;
    stack.hi = top_of_own_stack(pointer);
    stack.lo = page_of(stack.hi);
  }
  const bool known = rsp >= stack.lo && rsp < stack.hi;
  if (known || widen(stack, rsp)) return StackMemory(rsp, stack.hi);
  return StackMemory(page_of(rsp), page_of(rsp) + kPage);
}

bool has_left(const ThreadStack& stack, std::uint64_t rsp,
              std::uint64_t older) {
  if (stack.thread_pointer != thread_pointer()) return false;
  if (older < stack.lo || rsp <= older || rsp >= stack.hi) return false;
  // A signal's alternate stack may be an array in a frame further up.
  stack_t alternate;
  return syscall(SYS_sigaltstack, nullptr, &alternate) == 0 &&
         (alternate.ss_flags & SS_ONSTACK) == 0;
}

void set_main_stack_end(std::uint64_t address) {
  main_stack_end.store(address, std::memory_order_relaxed);
}

}  // namespace tidemark::agent
