#include "harness/agent/unwind/stepper.h"

#include <dlfcn.h>

#include "harness/agent/unwind/cfi_rules.h"

namespace tidemark::agent {
namespace {

// The largest frame that the frame pointer is believed to span.
constexpr std::uint64_t kLargestFrame = std::uint64_t{1} << 20;

bool saved_value(const FrameInfo& info, const CfiRow& row, unsigned number,
                 std::uint64_t cfa, const Registers& old, StackMemory& memory,
                 std::uint64_t& value) {
  const std::int64_t operand = row.value[number];
  const std::uint64_t relative = cfa + static_cast<std::uint64_t>(operand);
  switch (row.rule[number]) {
    case Rule::kOffset:
      return memory.read(relative, 8, value);
    case Rule::kValueOffset:
      value = relative;
      return true;
    case Rule::kRegister:
      if (operand < 0 || operand >= kRegisters) return false;
      value = old.value[operand];
      return true;
    case Rule::kExpression:
      return evaluate(expression_at(info, operand), old, &cfa, memory, value) &&
             memory.read(value, 8, value);
    case Rule::kValueExpression:
      return evaluate(expression_at(info, operand), old, &cfa, memory, value);
    default:
      value = old.value[number];
      return true;
  }
}

bool canonical_frame_address(const FrameInfo& info, const CfiRow& row,
                             const Registers& registers, StackMemory& memory,
                             std::uint64_t& cfa) {
  if (row.cfa == CfaRule::kExpression) {
    return evaluate(expression_at(info, row.cfa_value), registers, nullptr,
                    memory, cfa);
  }
  cfa = registers.value[row.cfa_register] +
        static_cast<std::uint64_t>(row.cfa_value);
  return true;
}

// Above a trampoline rsp points to the ucontext.
Step step_bare_trampoline(Frame& frame, StackMemory& memory) {
  Registers& registers = frame.registers;
  if (!is_bare_trampoline(registers.value[kReturnAddress], memory))
    return Step::kNoInfo;
  // gregs of mcontext_t start 40 bytes into ucontext_t, in this order.
  constexpr std::uint8_t kOrder[] = {
      8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, kRsp, kReturnAddress};
  const std::uint64_t saved = registers.value[kRsp] + 40;
  Registers next{};
  for (unsigned i = 0; i < sizeof kOrder; ++i) {
    if (!memory.read(saved + 8 * i, 8, next.value[kOrder[i]]))
      return Step::kUnreadable;
  }
  registers = next;
  frame.interrupted = true;
  return registers.value[kReturnAddress] == 0 ? Step::kEnd : Step::kCaller;
}

}  // namespace

Lookup find_loaded_frame(std::uint64_t pc, FrameInfo& out) {
  dl_find_object object;
  if (_dl_find_object(reinterpret_cast<void*>(pc), &object) != 0)
    return Lookup::kNoModule;
  if (object.dlfo_eh_frame == nullptr) return Lookup::kNoInfo;
  const ByteRange image{static_cast<const std::uint8_t*>(object.dlfo_map_start),
                        static_cast<const std::uint8_t*>(object.dlfo_map_end)};
  const auto* header = static_cast<const std::uint8_t*>(object.dlfo_eh_frame);
  return find_frame(image, header, pc, out) ? Lookup::kFound : Lookup::kNoInfo;
}

bool is_bare_trampoline(std::uint64_t pc, StackMemory& memory) {
  std::uint64_t code = 0;
  std::uint64_t last = 0;
  return memory.read(pc, 8, code) && memory.read(pc + 8, 1, last) &&
         code == 0x0f0000000fc0c748 && last == 0x05;
}

bool is_planted(std::uint64_t pc, StackMemory& memory) {
  std::uint64_t code = 0;
  if (!memory.read(pc - 8, 8, code)) return false;
  const auto back = [code](unsigned bytes) {
    return static_cast<std::uint8_t>(code >> (8 * (8 - bytes)));
  };
  if (back(5) == 0xe8) return false;  // call rel32
  for (unsigned bytes = 2; bytes <= 7; ++bytes) {
    // call r/m64: ff /2 with up to a SIB byte and 32 bits of displacement.
    if (back(bytes) == 0xff && (back(bytes - 1) >> 3 & 7) == 2) return false;
  }
  return true;
}

Step step_frame(Frame& frame, StackMemory& memory) {
  const Registers old = frame.registers;
  const std::uint64_t pc =
      old.value[kReturnAddress] - (frame.interrupted ? 0 : 1);
  FrameInfo info;
  if (find_loaded_frame(pc, info) != Lookup::kFound) {
    const Step step = step_bare_trampoline(frame, memory);
    const bool root = step == Step::kNoInfo && !frame.interrupted &&
                      is_planted(pc + 1, memory);
    return root ? Step::kEnd : step;
  }
  CfiRow row;
  if (!run_cfi(info, pc, row)) return Step::kUnreadable;
  if (info.return_register != kReturnAddress) return Step::kUnreadable;
  if (row.rule[kReturnAddress] == Rule::kUndefined) return Step::kEnd;
  if (row.rule[kReturnAddress] == Rule::kUnset) return Step::kUnreadable;
  std::uint64_t cfa = 0;
  if (!canonical_frame_address(info, row, old, memory, cfa))
    return Step::kUnreadable;
  Registers& next = frame.registers;
  next.value[kRsp] = cfa;
  for (unsigned number = 0; number < kRegisters; ++number) {
    if (row.rule[number] == Rule::kUnset) continue;
    if (!saved_value(info, row, number, cfa, old, memory, next.value[number])) {
      return Step::kUnreadable;
    }
  }
  frame.interrupted = info.signal_frame;
  return next.value[kReturnAddress] == 0 ? Step::kEnd : Step::kCaller;
}

Step step_by_frame_pointer(Frame& frame, StackMemory& memory) {
  Registers& registers = frame.registers;
  const std::uint64_t rbp = registers.value[kRbp];
  const std::uint64_t rsp = registers.value[kRsp];
  if (rbp % 8 != 0 || rbp - rsp > kLargestFrame) return Step::kNoInfo;
  std::uint64_t next_rbp = 0;
  std::uint64_t pc = 0;
  if (!memory.read(rbp, 8, next_rbp) || !memory.read(rbp + 8, 8, pc))
    return Step::kNoInfo;
  // A caller's frame is above; code is not in the first page nor in the
  // kernel's half.
  if (next_rbp != 0 && next_rbp <= rbp) return Step::kNoInfo;
  if (pc < kPage || pc >> 47 != 0) return Step::kNoInfo;
  registers.value[kRbp] = next_rbp;
  registers.value[kRsp] = rbp + 16;
  registers.value[kReturnAddress] = pc;
  frame.interrupted = false;
  return Step::kCaller;
}

}  // namespace tidemark::agent
