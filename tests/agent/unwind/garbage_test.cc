// Functions whose unwind information lies: the walk must end, flagged, and
// must not touch what cannot be read. (libgcc would crash: no oracle here.)
#include <csignal>

#include "tests/agent/unwind/support.h"

// Calls the function given first with rbp as given second. Each has another
// false claim about its frame.
#define TIDEMARK_LIAR(name, claim) \
  asm(".text\n"                    \
      ".p2align 4\n" #name         \
      ":\n"                        \
      "  .cfi_startproc\n"         \
      "  push %rbp\n"              \
      "  push %rbx\n"              \
      "  push %rbx\n"              \
      "  mov %rsp, %rbx\n"         \
      "  mov %rsi, %rbp\n" claim   \
      "\n"                         \
      "  call *%rdi\n"             \
      "  mov %rbx, %rsp\n"         \
      "  pop %rbx\n"               \
      "  pop %rbx\n"               \
      "  pop %rbp\n"               \
      "  ret\n"                    \
      "  .cfi_endproc\n");         \
  extern "C" [[gnu::visibility("hidden")]] void name(void (*)(), std::uint64_t)

TIDEMARK_LIAR(cfa_from_rbp, ".cfi_def_cfa 6, 16\n.cfi_offset 6, -16");
TIDEMARK_LIAR(cfa_from_rbp_only, ".cfi_def_cfa 6, 16");
TIDEMARK_LIAR(cfa_below, ".cfi_def_cfa 6, -4096\n.cfi_offset 6, -32");
TIDEMARK_LIAR(cfa_far_above, ".cfi_def_cfa 7, 0x7ffffff0");
TIDEMARK_LIAR(rbp_far_below, ".cfi_def_cfa 7, 32\n.cfi_offset 6, -32000");
TIDEMARK_LIAR(rbp_above, ".cfi_def_cfa 7, 32\n.cfi_offset 6, 4096");
TIDEMARK_LIAR(cfa_in_lost_register, ".cfi_def_cfa 5, 16");
// CFA = *(rbp - 8), rbp at rbp + 0: as in a realigned frame.
TIDEMARK_LIAR(cfa_in_memory,
              ".cfi_escape 0x0f, 3, 0x76, 0x78, 0x06\n"
              ".cfi_escape 0x10, 6, 2, 0x76, 0");
// CFA = **rbp: an expression of the slow walk.
TIDEMARK_LIAR(cfa_twice_in_memory, ".cfi_escape 0x0f, 4, 0x76, 0, 6, 6");
TIDEMARK_LIAR(cfa_from_nothing, ".cfi_escape 0x0f, 1, 0x22");
TIDEMARK_LIAR(caller_at_rbp,
              ".cfi_def_cfa 7, 32\n.cfi_escape 0x10, 16, 2, 0x76, 0");

// No information at all, and no frame either.
asm(".text\n"
    ".p2align 4\n"
    "uninformed:\n"
    "  push %rbp\n"
    "  mov %rsi, %rbp\n"
    "  call *%rdi\n"
    "  pop %rbp\n"
    "  ret\n");
extern "C" [[gnu::visibility("hidden")]] void uninformed(void (*)(),
                                                         std::uint64_t);

namespace tidemark::agent {
namespace {

Capture captured;

TIDEMARK_NOINLINE void capture_here() {
  capture_stack(own_state(),
                reinterpret_cast<std::uint64_t>(__builtin_return_address(0)),
                captured);
  TIDEMARK_KEEP_FRAME();
}

// The liar's frame is then not the first of the captured ones.
TIDEMARK_NOINLINE void below_the_liar() {
  capture_here();
  TIDEMARK_KEEP_FRAME();
}

std::vector<std::uint64_t> values_for_rbp() {
  static std::uint64_t words[4] = {};
  words[0] = reinterpret_cast<std::uint64_t>(&words[2]);
  const auto here = reinterpret_cast<std::uint64_t>(&words);
  const auto stack =
      reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
  std::vector<std::uint64_t> values = {0,
                                       1,
                                       7,
                                       8,
                                       4096,
                                       here,
                                       here + 8,
                                       stack,
                                       stack - 4096,
                                       stack + 1,
                                       stack | 0xfff,
                                       stack + (1u << 20),
                                       stack + (1u << 30),
                                       reinterpret_cast<std::uint64_t>(environ),
                                       own_state().stack.hi,
                                       own_state().stack.hi - 8,
                                       own_state().stack.hi - 1,
                                       (own_state().stack.hi | 0xfff) - 8,
                                       std::uint64_t{1} << 47,
                                       std::uint64_t{1} << 63};
  for (std::uint64_t i = 0; i < 64; ++i) values.push_back(~i);
  for (std::uint64_t i = 0; i < 256; i += 8) values.push_back(stack + i);
  return values;
}

using Liar = void (*)(void (*)(), std::uint64_t);

void try_everything() {
  const Liar liars[] = {
      cfa_from_rbp,         cfa_from_rbp_only, cfa_below,
      cfa_far_above,        rbp_far_below,     rbp_above,
      cfa_in_lost_register, cfa_in_memory,     cfa_twice_in_memory,
      cfa_from_nothing,     caller_at_rbp,     uninformed};
  for (Liar liar : liars) {
    for (std::uint64_t rbp : values_for_rbp()) {
      liar(capture_here, rbp);
      EXPECT_GE(captured.depth, 1u);
      liar(below_the_liar, rbp);
      EXPECT_GE(captured.depth, 2u);
      EXPECT_LE(captured.depth, kMaxFrames);
      EXPECT_NE(captured.hash, 0u);
    }
  }
  expect_oracle();
}

TEST(Garbage, FalseUnwindInformationDoesNotCrash) { try_everything(); }

TEST(Garbage, FalseUnwindInformationDoesNotCrashOnAnotherStack) {
  std::vector<char> room(256 << 10);
  stack_t alternate = {};
  stack_t old = {};
  alternate.ss_sp = room.data();
  alternate.ss_size = room.size();
  ASSERT_EQ(sigaltstack(&alternate, &old), 0);
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_handler = [](int) { try_everything(); };
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR1, &action, &before);
  raise(SIGUSR1);
  sigaction(SIGUSR1, &before, nullptr);
  sigaltstack(&old, nullptr);
}

TEST(Garbage, AFrameThatCannotBeFollowedIsFlagged) {
  cfa_from_rbp(capture_here, 0);
  EXPECT_EQ(captured.depth, 1u);
  EXPECT_TRUE(captured.truncated);
}

TEST(Garbage, CodeWithoutInformationIsCrossedByItsFramePointerAndFlagged) {
  // The frame that called us, as a frame pointer would describe it.
  volatile std::uint64_t frame[2] = {0, 0x5000};
  uninformed(capture_here, reinterpret_cast<std::uint64_t>(frame));
  EXPECT_TRUE(captured.truncated);
  ASSERT_GE(captured.depth, 2u);
  EXPECT_EQ(captured.frames[1], 0x5000u);
}

}  // namespace
}  // namespace tidemark::agent
