// Runs the CFI program of one function up to a pc and gives the row of the
// unwind table that holds there: where the caller's registers are.
//
// Pure, allocation-free, async-signal-safe; uses about 1.2 KB of stack.
#pragma once

#include <cstdint>

#include "harness/agent/unwind/cfi_parse.h"

namespace tidemark::agent {

// DWARF numbers of the x86-64 registers that the unwinder names.
inline constexpr unsigned kRbx = 3;
inline constexpr unsigned kRbp = 6;
inline constexpr unsigned kRsp = 7;
inline constexpr unsigned kR12 = 12;
inline constexpr unsigned kReturnAddress = 16;
inline constexpr unsigned kRegisters = 17;

enum class Rule : std::uint8_t {
  kUnset = 0,       // not mentioned: the value is unchanged
  kSame,            // stated to be unchanged
  kUndefined,       // lost; for the return address: the end of the stack
  kOffset,          // saved at CFA + value
  kValueOffset,     // is CFA + value
  kRegister,        // is in register number `value`
  kExpression,      // saved at the address that an expression computes
  kValueExpression  // is what an expression computes
};

enum class CfaRule : std::uint8_t { kNone = 0, kRegister, kExpression };

// `value` of an expression is the address of its block in the CFI program:
// expression_at() gives the bytes.
struct CfiRow {
  std::int64_t value[kRegisters];
  Rule rule[kRegisters];
  CfaRule cfa;
  std::uint8_t cfa_register;
  std::int64_t cfa_value;
};

// False if the program is malformed, uses what x86-64 does not have, or has
// no CFA at `pc`. REQUIRES: pc in [info.pc_begin, info.pc_end).
bool run_cfi(const FrameInfo& info, std::uint64_t pc, CfiRow& row);

// The bytes of the expression that `value` of a row stands for; they lie in
// one of the two programs of `info`, else the range is empty.
ByteRange expression_at(const FrameInfo& info, std::int64_t value);

}  // namespace tidemark::agent
