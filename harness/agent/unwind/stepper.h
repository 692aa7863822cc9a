// One step up the stack with all registers: any call frame information that
// compilers and hand-written assembly use, signal frames included.
//
// Exact and slow (0.3 to 1 us per frame). Async-signal-safe, allocates
// nothing; uses about 2 KB of stack.
#pragma once

#include <cstdint>

#include "harness/agent/unwind/cfi_parse.h"
#include "harness/agent/unwind/expression.h"
#include "harness/agent/unwind/stack_memory.h"

namespace tidemark::agent {

struct Frame {
  Registers registers;
  // The pc is where a signal interrupted the frame, not a return address:
  // the instruction at pc counts, not the one before it.
  bool interrupted;
};

enum class Step {
  kCaller,      // the frame is now the caller's
  kEnd,         // there is no caller: the stack is complete
  kNoInfo,      // nothing describes the code at pc
  kUnreadable,  // described, but not in a way that can be followed
};

// True for a signal trampoline that some runtimes bring, Go for one, without
// information: mov $15, %rax; syscall.
bool is_bare_trampoline(std::uint64_t pc, StackMemory& memory);

enum class Lookup { kFound, kNoInfo, kNoModule };

// Asks the loader for the module and its table for the function of `pc`.
Lookup find_loaded_frame(std::uint64_t pc, FrameInfo& out);

// True if `pc` does not follow a call instruction: no call returns there, so
// somebody wrote it at the base of a new stack (makecontext does), or before
// a handler. In code without information it marks the root.
bool is_planted(std::uint64_t pc, StackMemory& memory);

// REQUIRES: frame.registers holds rsp, rbp, rbx, r12 to r15 and the pc.
Step step_frame(Frame& frame, StackMemory& memory);

// For code without information: believes rbp if it points into the stack
// above rsp and what is there looks like a frame. Inexact; may skip frames.
Step step_by_frame_pointer(Frame& frame, StackMemory& memory);

}  // namespace tidemark::agent
