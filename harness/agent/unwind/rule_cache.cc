#include "harness/agent/unwind/rule_cache.h"

#include <atomic>

#include "harness/agent/unwind/cfi_rules.h"
#include "harness/agent/unwind/stepper.h"

namespace tidemark::agent {
namespace {

// rbp is saved below the return address and within what 16 bits can say.
constexpr std::int64_t kNearestSlot = -16;
constexpr std::int64_t kFarthestSlot = -32768;

bool fits(std::int64_t value) {
  return value == static_cast<std::int32_t>(value);
}

// {breg6 (rbp) offset} and, if `dereferenced`, then deref; nothing else.
bool is_rbp_relative(ByteRange expression, bool dereferenced,
                     std::int64_t& offset) {
  ByteReader reader(expression.begin, expression.end);
  if (reader.u8() != 0x76) return false;
  offset = reader.sleb();
  if (dereferenced && reader.u8() != 0x06) return false;
  return reader.ok() && reader.empty();
}

bool compile_plain(const CfiRow& row, FastRule& out) {
  const bool from_rbp = row.cfa_register == kRbp;
  if (!from_rbp && row.cfa_register != kRsp) return false;
  if (!fits(row.cfa_value)) return false;
  // The return address of a frame lies at or above its rsp.
  if (!from_rbp && row.cfa_value < 8) return false;
  out.kind = from_rbp ? RuleKind::kFromRbp : RuleKind::kFromRsp;
  out.cfa_offset = static_cast<std::int32_t>(row.cfa_value);
  out.rbp_offset = -8;
  if (row.rule[kRbp] == Rule::kUnset || row.rule[kRbp] == Rule::kSame)
    return true;
  const std::int64_t slot = row.value[kRbp];
  if (row.rule[kRbp] != Rule::kOffset || slot > kNearestSlot ||
      slot < kFarthestSlot) {
    return false;
  }
  out.restores_rbp = true;
  out.rbp_offset = static_cast<std::int16_t>(slot);
  return true;
}

bool compile_realigned(const FrameInfo& info, const CfiRow& row,
                       FastRule& out) {
  std::int64_t cfa_offset = 0;
  std::int64_t rbp_offset = 0;
  if (row.rule[kRbp] != Rule::kExpression ||
      !is_rbp_relative(expression_at(info, row.cfa_value), true, cfa_offset) ||
      !is_rbp_relative(expression_at(info, row.value[kRbp]), false,
                       rbp_offset)) {
    return false;
  }
  if (!fits(cfa_offset) || rbp_offset < kFarthestSlot ||
      rbp_offset > -kFarthestSlot - 1) {
    return false;
  }
  out.kind = RuleKind::kDeref;
  out.cfa_offset = static_cast<std::int32_t>(cfa_offset);
  out.rbp_offset = static_cast<std::int16_t>(rbp_offset);
  out.restores_rbp = true;
  return true;
}

// The base of a fiber; not a signal trampoline without information, which
// nothing calls either.
bool is_root(std::uint64_t return_address) {
  StackMemory memory(0, 0);
  return is_planted(return_address, memory) &&
         !is_bare_trampoline(return_address, memory);
}

}  // namespace

FastRule compile_rule(std::uint64_t return_address) {
  FastRule slow{};
  slow.kind = RuleKind::kSlow;
  const std::uint64_t pc = return_address - 1;
  FrameInfo info;
  CfiRow row;
  FastRule rule{};
  const Lookup found = find_loaded_frame(pc, info);
  if (found == Lookup::kNoInfo && is_root(return_address)) {
    rule.kind = RuleKind::kEnd;
    return rule;
  }
  if (found != Lookup::kFound || !run_cfi(info, pc, row)) return slow;
  if (info.signal_frame || info.return_register != kReturnAddress) return slow;
  if (row.rule[kReturnAddress] == Rule::kUndefined) {
    rule.kind = RuleKind::kEnd;
    return rule;
  }
  if (row.rule[kReturnAddress] != Rule::kOffset ||
      row.value[kReturnAddress] != -8 || row.rule[kRsp] != Rule::kUnset) {
    return slow;
  }
  const bool compiled = row.cfa == CfaRule::kRegister
                            ? compile_plain(row, rule)
                            : compile_realigned(info, row, rule);
  return compiled ? rule : slow;
}

const FastRule& fill_rule(FastRule& place, std::uint64_t return_address,
                          std::uint64_t mark) {
  FastRule rule = compile_rule(return_address);
  rule.key = return_address ^ mark;
  // A signal handler that leaves by siglongjmp in between leaves an entry
  // without a key.
  place.key = 0;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  place.cfa_offset = rule.cfa_offset;
  place.rbp_offset = rule.rbp_offset;
  place.kind = rule.kind;
  place.restores_rbp = rule.restores_rbp;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  place.key = rule.key;
  return place;
}

}  // namespace tidemark::agent
