#include "harness/agent/unwind/expression.h"

namespace tidemark::agent {
namespace {

constexpr unsigned kDepth = 32;
constexpr unsigned kFuel = 1000;

class Machine {
 public:
  Machine(ByteRange code, const Registers& registers, StackMemory& memory)
      : begin_(code.begin),
        in_(code.begin, code.end),
        registers_(registers),
        memory_(memory) {}

  void push(std::uint64_t value) {
    if (depth_ == kDepth) {
      failed_ = true;
    } else {
      stack_[depth_++] = value;
    }
  }

  bool run(std::uint64_t& result) {
    for (unsigned fuel = kFuel; !in_.empty(); --fuel) {
      if (fuel == 0) return false;
      operation(in_.u8());
      if (failed_ || !in_.ok()) return false;
    }
    result = pop();
    return !failed_;
  }

 private:
  std::uint64_t pop() {
    if (depth_ == 0) {
      failed_ = true;
      return 0;
    }
    return stack_[--depth_];
  }

  void pick(unsigned index) {
    if (index >= depth_) {
      failed_ = true;
    } else {
      push(stack_[depth_ - 1 - index]);
    }
  }

  void push_register(std::uint64_t number, std::int64_t offset) {
    if (number >= kRegisters) {
      failed_ = true;
    } else {
      push(registers_.value[number] + static_cast<std::uint64_t>(offset));
    }
  }

  void push_signed(std::int64_t value) {
    push(static_cast<std::uint64_t>(value));
  }

  void dereference(unsigned bytes) {
    std::uint64_t value = 0;
    const bool size_known =
        bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
    if (!size_known || !memory_.read(pop(), bytes, value)) failed_ = true;
    push(value);
  }

  void operation(std::uint8_t op) {
    if (op >= 0x30 && op <= 0x4f) {  // lit0..lit31
      push(op - 0x30u);
    } else if (op >= 0x70 && op <= 0x8f) {  // breg0..breg31
      push_register(op - 0x70u, in_.sleb());
    } else if (op >= 0x19 && op <= 0x27) {
      arithmetic(op);
    } else if (op >= 0x29 && op <= 0x2e) {
      compare(op);
    } else if (op >= 0x08 && op <= 0x11) {
      constant(op);
    } else {
      other(op);
    }
  }

  void constant(std::uint8_t op) {
    switch (op) {
      case 0x08:
        return push(in_.u8());
      case 0x09:
        return push_signed(static_cast<std::int8_t>(in_.u8()));
      case 0x0a:
        return push(in_.u16());
      case 0x0b:
        return push_signed(static_cast<std::int16_t>(in_.u16()));
      case 0x0c:
        return push(in_.u32());
      case 0x0d:
        return push_signed(static_cast<std::int32_t>(in_.u32()));
      case 0x10:
        return push(in_.uleb());
      case 0x11:
        return push_signed(in_.sleb());
      default:  // 8 bytes, with and without sign
        return push(in_.u64());
    }
  }

  void arithmetic(std::uint8_t op) {
    if (op == 0x23) return push(pop() + in_.uleb());  // plus_uconst
    const std::uint64_t top = pop();
    const auto signed_top = static_cast<std::int64_t>(top);
    if (op == 0x19) return push(signed_top < 0 ? 0 - top : top);  // abs
    if (op == 0x1f) return push(0 - top);                         // neg
    if (op == 0x20) return push(~top);                            // not
    const std::uint64_t below = pop();
    const auto signed_below = static_cast<std::int64_t>(below);
    switch (op) {
      case 0x1a:
        return push(below & top);
      case 0x1b:  // div is signed; the one quotient that overflows wraps
        if (top == 0) failed_ = true;
        if (failed_) return;
        return signed_top == -1 ? push(0 - below)
                                : push_signed(signed_below / signed_top);
      case 0x1c:
        return push(below - top);
      case 0x1d:  // mod is unsigned
        if (top == 0) failed_ = true;
        return failed_ ? void() : push(below % top);
      case 0x1e:
        return push(below * top);
      case 0x21:
        return push(below | top);
      case 0x22:
        return push(below + top);
      case 0x24:
        return push(top < 64 ? below << top : 0);
      case 0x25:
        return push(top < 64 ? below >> top : 0);
      case 0x26:
        return push_signed(signed_below >> (top < 64 ? top : 63));
      default:  // 0x27
        return push(below ^ top);
    }
  }

  void compare(std::uint8_t op) {
    const auto top = static_cast<std::int64_t>(pop());
    const auto below = static_cast<std::int64_t>(pop());
    switch (op) {
      case 0x29:
        return push(below == top);
      case 0x2a:
        return push(below >= top);
      case 0x2b:
        return push(below > top);
      case 0x2c:
        return push(below <= top);
      case 0x2d:
        return push(below < top);
      default:  // 0x2e
        return push(below != top);
    }
  }

  void other(std::uint8_t op) {
    switch (op) {
      case 0x03:  // addr
        return push(in_.u64());
      case 0x06:  // deref
        return dereference(8);
      case 0x12:  // dup
        return pick(0);
      case 0x13:  // drop
        pop();
        return;
      case 0x14:  // over
        return pick(1);
      case 0x15:  // pick
        return pick(in_.u8());
      case 0x16:  // swap
        return rotate(2);
      case 0x17:  // rot
        return rotate(3);
      case 0x28:  // bra
        return branch(pop() != 0);
      case 0x2f:  // skip
        return branch(true);
      case 0x92: {  // bregx
        const std::uint64_t number = in_.uleb();
        return push_register(number, in_.sleb());
      }
      case 0x94:  // deref_size
        return dereference(in_.u8());
      case 0x96:  // nop
        return;
      default:
        failed_ = true;
    }
  }

  // The top goes below the `count`-1 entries under it.
  void rotate(unsigned count) {
    if (depth_ < count) {
      failed_ = true;
      return;
    }
    const std::uint64_t top = stack_[depth_ - 1];
    for (unsigned i = 1; i < count; ++i)
      stack_[depth_ - i] = stack_[depth_ - i - 1];
    stack_[depth_ - count] = top;
  }

  void branch(bool taken) {
    const auto distance = static_cast<std::int16_t>(in_.u16());
    if (taken) in_.jump(begin_, distance);
  }

  const std::uint8_t* begin_;
  ByteReader in_;
  const Registers& registers_;
  StackMemory& memory_;
  std::uint64_t stack_[kDepth];
  unsigned depth_ = 0;
  bool failed_ = false;
};

}  // namespace

bool evaluate(ByteRange expression, const Registers& registers,
              const std::uint64_t* first, StackMemory& memory,
              std::uint64_t& result) {
  Machine machine(expression, registers, memory);
  if (first != nullptr) machine.push(*first);
  return machine.run(result);
}

}  // namespace tidemark::agent
