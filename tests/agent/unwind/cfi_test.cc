// Call frame information from bytes: programs, tables, expressions, and what
// the compiler's own gives.
#include <cerrno>
#include <cstring>

#include "harness/agent/unwind/cfi_rules.h"
#include "harness/agent/unwind/stepper.h"
#include "tests/agent/unwind/support.h"

namespace tidemark::agent {
namespace {

using Bytes = std::vector<std::uint8_t>;

FrameInfo info_of(const Bytes& initial, const Bytes& program) {
  FrameInfo info;
  info.pc_begin = 0x1000;
  info.pc_end = 0x2000;
  info.data_align = -8;
  info.initial = {initial.data(), initial.data() + initial.size()};
  info.program = {program.data(), program.data() + program.size()};
  return info;
}

// What the CIE of x86-64 says: CFA = rsp + 8, return address at CFA - 8.
const Bytes kUsual = {0x0c, 7, 8, 0x90, 1};

TEST(CfiProgram, TheFirstRowIsTheCies) {
  const Bytes program;
  CfiRow row;
  ASSERT_TRUE(run_cfi(info_of(kUsual, program), 0x1000, row));
  EXPECT_EQ(row.cfa, CfaRule::kRegister);
  EXPECT_EQ(row.cfa_register, kRsp);
  EXPECT_EQ(row.cfa_value, 8);
  EXPECT_EQ(row.rule[kReturnAddress], Rule::kOffset);
  EXPECT_EQ(row.value[kReturnAddress], -8);
  EXPECT_EQ(row.rule[kRbp], Rule::kUnset);
}

TEST(CfiProgram, ARowHoldsFromItsLocationOn) {
  // +1: CFA offset 16, rbp saved at CFA-16. +3 more: CFA = rbp + 16.
  const Bytes program = {0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6};
  CfiRow row;
  ASSERT_TRUE(run_cfi(info_of(kUsual, program), 0x1000, row));
  EXPECT_EQ(row.cfa_value, 8);
  ASSERT_TRUE(run_cfi(info_of(kUsual, program), 0x1001, row));
  EXPECT_EQ(row.cfa_value, 16);
  EXPECT_EQ(row.value[kRbp], -16);
  EXPECT_EQ(row.cfa_register, kRsp);
  ASSERT_TRUE(run_cfi(info_of(kUsual, program), 0x1004, row));
  EXPECT_EQ(row.cfa_register, kRbp);
}

TEST(CfiProgram, LongAdvancesCount) {
  const Bytes program = {0x02, 0x10, 0x0e, 16,   0x03, 0x00, 0x01, 0x0e,
                         24,   0x04, 0x00, 0x02, 0,    0,    0x0e, 32};
  CfiRow row;
  const std::pair<std::uint64_t, std::int64_t> expected[] = {
      {0x100f, 8}, {0x1010, 16}, {0x110f, 16}, {0x1110, 24}, {0x1310, 32}};
  for (auto [pc, offset] : expected) {
    ASSERT_TRUE(run_cfi(info_of(kUsual, program), pc, row));
    EXPECT_EQ(row.cfa_value, offset) << std::hex << pc;
  }
}

TEST(CfiProgram, RememberedRowsComeBackWithTheirCfa) {
  const Bytes program = {0x0e, 32, 0x86, 2, 0x0a, 0x0e, 8, 0xc6, 0x41, 0x0b};
  CfiRow row;
  ASSERT_TRUE(run_cfi(info_of(kUsual, program), 0x1000, row));
  EXPECT_EQ(row.cfa_value, 8);
  EXPECT_EQ(row.rule[kRbp], Rule::kUnset);
  ASSERT_TRUE(run_cfi(info_of(kUsual, program), 0x1001, row));
  EXPECT_EQ(row.cfa_value, 32);
  EXPECT_EQ(row.rule[kRbp], Rule::kOffset);
}

TEST(CfiProgram, EveryRegisterRuleIsKept) {
  const Bytes program = {
      0x05, 3,  2,                // rbx at CFA-16
      0x07, 12,                   // r12 undefined
      0x08, 13,                   // r13 the same
      0x09, 14, 3,                // r14 in rbx
      0x14, 15, 1,                // r15 = CFA-8
      0x11, 6,  0x7d,             // rbp at CFA+24
      0x10, 0,  2,    0x76, 0x10  // rax: breg6 16
  };
  CfiRow row;
  ASSERT_TRUE(run_cfi(info_of(kUsual, program), 0x1000, row));
  EXPECT_EQ(row.rule[3], Rule::kOffset);
  EXPECT_EQ(row.value[3], -16);
  EXPECT_EQ(row.rule[12], Rule::kUndefined);
  EXPECT_EQ(row.rule[13], Rule::kSame);
  EXPECT_EQ(row.rule[14], Rule::kRegister);
  EXPECT_EQ(row.value[14], 3);
  EXPECT_EQ(row.rule[15], Rule::kValueOffset);
  EXPECT_EQ(row.value[15], -8);
  EXPECT_EQ(row.value[6], 24);
  const FrameInfo info = info_of(kUsual, program);
  const ByteRange expression = expression_at(info, row.value[0]);
  ASSERT_EQ(expression.end - expression.begin, 2);
  EXPECT_EQ(expression.begin[0], 0x76);
}

TEST(CfiProgram, NonsenseIsRefused) {
  CfiRow row;
  const Bytes bad[] = {
      {0x3f},                                      // no such instruction
      {0x0b},                                      // nothing remembered
      {0x0c, 7},                                   // cut off
      {0x0c, 0x80, 0x80, 0x80},                    // cut off in a number
      {0x0c, 17, 8},                               // no such register
      {0x0f, 0x7f, 0x76},                          // block beyond the end
      {0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a},  // too much remembered
  };
  for (const Bytes& program : bad)
    EXPECT_FALSE(run_cfi(info_of(kUsual, program), 0x1000, row));
  const Bytes nothing;
  EXPECT_FALSE(run_cfi(info_of(nothing, nothing), 0x1000, row));
}

bool compute(const Bytes& code, std::uint64_t& result) {
  Registers registers{};
  registers.value[kRbp] = 100;
  StackMemory memory(0, 0);
  return evaluate({code.data(), code.data() + code.size()}, registers, nullptr,
                  memory, result);
}

TEST(Expression, ArithmeticFollowsTheStandard) {
  const std::pair<Bytes, std::uint64_t> cases[] = {
      {{0x76, 0x08}, 108},                             // breg6 + 8
      {{0x92, 6, 0x78}, 92},                           // bregx 6, -8
      {{0x35, 0x33, 0x1c}, 2},                         // 5 - 3
      {{0x09, 0xf8, 0x32, 0x1b}, ~std::uint64_t{3}},   // -8 / 2
      {{0x09, 0xff, 0x3f, 0x1a}, 15},                  // -1 & 15
      {{0x31, 0x34, 0x24}, 16},                        // 1 << 4
      {{0x09, 0xf0, 0x32, 0x26}, ~std::uint64_t{3}},   // -16 >> 2
      {{0x33, 0x34, 0x2d}, 1},                         // 3 < 4
      {{0x31, 0x32, 0x33, 0x17, 0x1c, 0x1c}, 4},       // rot: 3 1 2
      {{0x31, 0x32, 0x16, 0x1c}, 1},                   // swap: 2 - 1
      {{0x31, 0x32, 0x14, 0x22, 0x22}, 4},             // over
      {{0x30, 0x28, 1, 0, 0x45, 0x41}, 17},            // bra not taken
      {{0x37, 0x2f, 1, 0, 0x96, 0x23, 0x81, 1}, 136},  // skip, plus_uconst
      {{0x38, 0x20, 0x1f}, 9},                         // neg of not
  };
  for (const auto& [code, expected] : cases) {
    std::uint64_t result = 0;
    ASSERT_TRUE(compute(code, result)) << "expected " << expected;
    EXPECT_EQ(result, expected);
  }
}

TEST(Expression, NonsenseIsRefused) {
  const Bytes bad[] = {
      {},                              // no result
      {0x22},                          // nothing to add
      {0x31, 0x30, 0x1b},              // division by zero
      {0x31, 0x30, 0x1d},              // remainder by zero
      {0x30, 0x06},                    // reads address 0
      {0x09, 0xff, 0x06},              // reads the last byte of memory
      {0x31, 0x2f, 0xfd, 0xff},        // runs for ever
      {0x31, 0x2f, 0x00, 0x70},        // jumps out
      {0xff},                          // no such operation
      {0x12},                          // duplicates nothing
      {0x31, 0x94, 3},                 // reads three bytes
      {0x30, 0x12, 0x2f, 0xfc, 0xff},  // grows for ever
      {0x92, 17, 0},                   // no such register
  };
  std::uint64_t result = 0;
  for (const Bytes& code : bad) EXPECT_FALSE(compute(code, result));
}

TEST(StackMemory, TheKernelTellsWhatIsReadable) {
  auto* page =
      static_cast<char*>(mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  mprotect(page + kPage, kPage, PROT_NONE);
  const auto at = reinterpret_cast<std::uint64_t>(page);
  errno = 77;
  EXPECT_TRUE(is_readable(at));
  EXPECT_FALSE(is_readable(at + kPage));
  EXPECT_FALSE(is_readable(0));
  EXPECT_FALSE(is_readable(std::uint64_t{1} << 63));
  EXPECT_EQ(errno, 77);
  StackMemory memory(0, 0);
  std::uint64_t value = 0;
  std::memset(page, 0x11, kPage);
  EXPECT_TRUE(memory.read(at + kPage - 8, 8, value));
  EXPECT_EQ(value, 0x1111111111111111u);
  EXPECT_FALSE(memory.read(at + kPage - 7, 8, value));
  EXPECT_TRUE(memory.read(at + kPage - 1, 1, value));
  EXPECT_EQ(value, 0x11u);
  StackMemory window(at, at + kPage);
  EXPECT_FALSE(window.extend_to(at + kPage + 1));
  munmap(page, 2 * kPage);
}

// ---- What this very program's compiler wrote.

TEST(CompiledRules, EveryFrameOfAPlainStackHasAFastRule) {
  static Comparison result;
  compare_here(result);
  ASSERT_TRUE(result.equal) << result.difference;
  for (unsigned i = 0; i < result.capture.depth; ++i) {
    const RuleKind kind = compile_rule(result.capture.frames[i]).kind;
    EXPECT_NE(kind, RuleKind::kSlow) << "frame " << i;
    EXPECT_EQ(kind == RuleKind::kEnd, i + 1 == result.capture.depth);
  }
}

TEST(CompiledRules, AddressesOutsideAllModulesAreSlow) {
  EXPECT_EQ(compile_rule(0x1234).kind, RuleKind::kSlow);
  EXPECT_EQ(compile_rule(~std::uint64_t{0}).kind, RuleKind::kSlow);
  FrameInfo info;
  EXPECT_EQ(find_loaded_frame(0, info), Lookup::kNoModule);
}

}  // namespace
}  // namespace tidemark::agent
