#include "harness/agent/unwind/cfi_rules.h"

namespace tidemark::agent {
namespace {

// gcc and clang nest remember_state once or twice.
constexpr unsigned kRememberDepth = 4;

class Interpreter {
 public:
  Interpreter(const FrameInfo& info, std::uint64_t pc, CfiRow& row)
      : info_(info), pc_(pc), location_(info.pc_begin), row_(row) {}

  bool run() {
    row_ = CfiRow{};
    if (!run_program(info_.initial)) return false;
    initial_ = row_;
    depth_ = 0;
    location_ = info_.pc_begin;
    has_initial_ = true;
    if (!run_program(info_.program)) return false;
    return row_.cfa != CfaRule::kNone;
  }

 private:
  // Stops without an error at the first row that begins after the pc.
  bool run_program(ByteRange program) {
    ByteReader reader(program.begin, program.end);
    while (!reader.empty() && location_ <= pc_) {
      if (!instruction(reader) || !reader.ok()) return false;
    }
    return true;
  }

  bool instruction(ByteReader& in) {
    const std::uint8_t op = in.u8();
    const std::uint8_t low = op & 0x3f;
    switch (op >> 6) {
      case 1:  // advance_loc
        location_ += low * info_.code_align;
        return true;
      case 2:  // offset
        set(low, Rule::kOffset, factored(in.uleb()));
        return true;
      case 3:  // restore
        return restore(low);
      default:
        return low < 0x0c ? basic(low, in) : further(low, in);
    }
  }

  bool basic(std::uint8_t op, ByteReader& in) {
    std::uint64_t reg = 0;
    switch (op) {
      case 0x00:  // nop
        return true;
      case 0x01:  // set_loc
        return read_encoded(in, info_.pointer_encoding, 0, location_);
      case 0x02:  // advance_loc1, 2, 4
        location_ += in.u8() * info_.code_align;
        return true;
      case 0x03:
        location_ += in.u16() * info_.code_align;
        return true;
      case 0x04:
        location_ += in.u32() * info_.code_align;
        return true;
      case 0x05:  // offset_extended
        reg = in.uleb();
        set(reg, Rule::kOffset, factored(in.uleb()));
        return true;
      case 0x06:  // restore_extended
        return restore(in.uleb());
      case 0x07:  // undefined
        set(in.uleb(), Rule::kUndefined, 0);
        return true;
      case 0x08:  // same_value
        set(in.uleb(), Rule::kSame, 0);
        return true;
      case 0x09:  // register
        reg = in.uleb();
        set(reg, Rule::kRegister, static_cast<std::int64_t>(in.uleb()));
        return true;
      case 0x0a:
        return remember();
      default:  // 0x0b
        return restore_remembered();
    }
  }

  bool further(std::uint8_t op, ByteReader& in) {
    std::uint64_t reg = 0;
    switch (op) {
      case 0x0c:  // def_cfa
        reg = in.uleb();
        return define_cfa(reg, static_cast<std::int64_t>(in.uleb()));
      case 0x0d:  // def_cfa_register
        return define_cfa(in.uleb(), row_.cfa_value);
      case 0x0e:  // def_cfa_offset
        row_.cfa_value = static_cast<std::int64_t>(in.uleb());
        return row_.cfa == CfaRule::kRegister;
      case 0x0f:  // def_cfa_expression
        row_.cfa = CfaRule::kExpression;
        row_.cfa_value = block(in);
        return true;
      case 0x10:  // expression
        reg = in.uleb();
        set(reg, Rule::kExpression, block(in));
        return true;
      case 0x11:  // offset_extended_sf
        reg = in.uleb();
        set(reg, Rule::kOffset, factored_signed(in.sleb()));
        return true;
      case 0x12:  // def_cfa_sf
        reg = in.uleb();
        return define_cfa(reg, factored_signed(in.sleb()));
      case 0x13:  // def_cfa_offset_sf
        row_.cfa_value = factored_signed(in.sleb());
        return row_.cfa == CfaRule::kRegister;
      case 0x14:  // val_offset
        reg = in.uleb();
        set(reg, Rule::kValueOffset, factored(in.uleb()));
        return true;
      case 0x15:  // val_offset_sf
        reg = in.uleb();
        set(reg, Rule::kValueOffset, factored_signed(in.sleb()));
        return true;
      case 0x16:  // val_expression
        reg = in.uleb();
        set(reg, Rule::kValueExpression, block(in));
        return true;
      case 0x2e:  // GNU_args_size: matters to exception landing only
        in.uleb();
        return true;
      case 0x2f:  // GNU_negative_offset_extended
        reg = in.uleb();
        set(reg, Rule::kOffset, factored(0 - in.uleb()));
        return true;
      default:
        return false;
    }
  }

  // Registers beyond the return address (vectors) never lead to a caller.
  void set(std::uint64_t reg, Rule rule, std::int64_t value) {
    if (reg >= kRegisters) return;
    row_.rule[reg] = rule;
    row_.value[reg] = value;
  }

  bool define_cfa(std::uint64_t reg, std::int64_t value) {
    if (reg >= kReturnAddress) return false;
    row_.cfa = CfaRule::kRegister;
    row_.cfa_register = static_cast<std::uint8_t>(reg);
    row_.cfa_value = value;
    return true;
  }

  bool restore(std::uint64_t reg) {
    if (!has_initial_) return false;
    if (reg < kRegisters) set(reg, initial_.rule[reg], initial_.value[reg]);
    return true;
  }

  bool remember() {
    if (depth_ == kRememberDepth) return false;
    remembered_[depth_++] = row_;
    return true;
  }

  bool restore_remembered() {
    if (depth_ == 0) return false;
    row_ = remembered_[--depth_];
    return true;
  }

  std::int64_t block(ByteReader& in) {
    const auto at = reinterpret_cast<std::int64_t>(in.pos());
    in.skip(in.uleb());
    return at;
  }

  std::int64_t factored(std::uint64_t value) const {
    return static_cast<std::int64_t>(
        value * static_cast<std::uint64_t>(info_.data_align));
  }
  std::int64_t factored_signed(std::int64_t value) const {
    return factored(static_cast<std::uint64_t>(value));
  }

  const FrameInfo& info_;
  std::uint64_t pc_;
  std::uint64_t location_;
  CfiRow& row_;
  CfiRow initial_;
  CfiRow remembered_[kRememberDepth];
  unsigned depth_ = 0;
  bool has_initial_ = false;
};

bool inside(ByteRange range, const std::uint8_t* pos) {
  return pos >= range.begin && pos < range.end;
}

}  // namespace

bool run_cfi(const FrameInfo& info, std::uint64_t pc, CfiRow& row) {
  return Interpreter(info, pc, row).run();
}

ByteRange expression_at(const FrameInfo& info, std::int64_t value) {
  const auto* pos = reinterpret_cast<const std::uint8_t*>(value);
  const std::uint8_t* end = nullptr;
  if (inside(info.initial, pos)) end = info.initial.end;
  if (inside(info.program, pos)) end = info.program.end;
  if (end == nullptr) return {};
  ByteReader reader(pos, end);
  const std::uint64_t length = reader.uleb();
  if (!reader.ok() || length > reader.remaining()) return {};
  return {reader.pos(), reader.pos() + length};
}

}  // namespace tidemark::agent
