// Computes DWARF expressions of call frame information: the CFA of PLT
// entries, of functions that realign their stack, the registers saved by a
// signal.
//
// Async-signal-safe; at most 1,000 operations and 32 stack entries; reads
// memory through StackMemory only, so that a wrong expression fails.
#pragma once

#include <cstdint>

#include "harness/agent/unwind/cfi_parse.h"
#include "harness/agent/unwind/cfi_rules.h"
#include "harness/agent/unwind/stack_memory.h"

namespace tidemark::agent {

// By DWARF number; kReturnAddress holds the pc of the frame.
struct Registers {
  std::uint64_t value[kRegisters];
};

// `first`, if not null, lies on the stack at the start (the CFA, as the rules
// for registers want it). False: malformed, unsupported, or unreadable.
bool evaluate(ByteRange expression, const Registers& registers,
              const std::uint64_t* first, StackMemory& memory,
              std::uint64_t& result);

}  // namespace tidemark::agent
