// Where the calling thread's own stack is, as far as it can be read without
// asking the kernel each time.
//
// The own stack of a thread is mapped as long as the thread lives, so what
// was found readable stays so. Other stacks (fibers, sigaltstack) may be
// unmapped at any time: they are asked for anew in every capture.
#pragma once

#include <cstdint>

#include "harness/agent/unwind/stack_memory.h"

namespace tidemark::agent {

// All zero is valid: nothing known yet.
struct ThreadStack {
  std::uint64_t thread_pointer;  // whose stack this is
  std::uint64_t lo;              // [lo, hi) is readable
  std::uint64_t hi;
  std::uint64_t not_below;  // the own stack ends above this address
};

inline std::uint64_t thread_pointer() {
  std::uint64_t value;
  asm("movq %%fs:0, %0" : "=r"(value));
  return value;
}

// The slow half of memory_at(): finds the bounds, or widens them.
[[gnu::noinline, gnu::cold]] StackMemory find_stack(ThreadStack& stack,
                                                    std::uint64_t rsp);

// What can be read directly from `rsp`, the caller's stack pointer, upwards.
inline StackMemory memory_at(ThreadStack& stack, std::uint64_t rsp) {
  if (__builtin_expect(stack.thread_pointer == thread_pointer() &&
                           rsp - stack.lo < stack.hi - stack.lo,
                       1)) {
    return StackMemory(rsp, stack.hi);
  }
  return find_stack(stack, rsp);
}

// True if code at `rsp` proves that a function of this thread with its frame
// at `older` is gone: both on the own stack, and `rsp` above.
bool has_left(const ThreadStack& stack, std::uint64_t rsp, std::uint64_t older);

// The address above the main thread's frames (where environ pointed at
// start). Until it is set, the main thread's stack counts as foreign.
void set_main_stack_end(std::uint64_t address);

}  // namespace tidemark::agent
