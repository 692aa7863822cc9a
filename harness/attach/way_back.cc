#include "harness/attach/way_back.h"

#include <ucontext.h>

#include <algorithm>
#include <cstring>

namespace tidemark::attach {
namespace {

// Of the kernel's asm/sigcontext.h and asm/ucontext.h, which cannot be
// included beside libc's.
constexpr std::uint64_t kHasVectors = 1, kHasStackSegment = 2, kStrict = 4;
constexpr std::uint32_t kMagic1 = 0x46505853, kMagic2 = 0x46505845;
constexpr std::size_t kSoftwareAt = 464;  // in the state of the vectors
struct Software {
  std::uint32_t magic1;
  std::uint32_t extended_size;
  std::uint64_t features;
  std::uint32_t state_size;
};

// What the kernel answers itself with when a call was interrupted.
constexpr long kRestartSystem = -512, kRestartNoInterrupt = -513,
               kRestartNoHandler = -514, kRestartBlock = -516;

void lay_registers(const user_regs_struct& regs, mcontext_t& context) {
  greg_t* to = context.gregs;
  const auto as = [](std::uint64_t value) {
    return static_cast<greg_t>(value);
  };
  to[REG_R8] = as(regs.r8);
  to[REG_R9] = as(regs.r9);
  to[REG_R10] = as(regs.r10);
  to[REG_R11] = as(regs.r11);
  to[REG_R12] = as(regs.r12);
  to[REG_R13] = as(regs.r13);
  to[REG_R14] = as(regs.r14);
  to[REG_R15] = as(regs.r15);
  to[REG_RDI] = as(regs.rdi);
  to[REG_RSI] = as(regs.rsi);
  to[REG_RBP] = as(regs.rbp);
  to[REG_RBX] = as(regs.rbx);
  to[REG_RDX] = as(regs.rdx);
  to[REG_RAX] = as(regs.rax);
  to[REG_RCX] = as(regs.rcx);
  to[REG_RSP] = as(regs.rsp);
  to[REG_RIP] = as(regs.rip);
  to[REG_EFL] = as(regs.eflags);
  to[REG_CSGSFS] = as(regs.cs | regs.gs << 16 | regs.fs << 32 | regs.ss << 48);
}

}  // namespace

user_regs_struct resumed(const user_regs_struct& stopped) {
  user_regs_struct regs = stopped;
  const long result = static_cast<long>(regs.rax);
  if (static_cast<long>(regs.orig_rax) >= 0 &&
      (result == kRestartSystem || result == kRestartNoInterrupt ||
       result == kRestartNoHandler || result == kRestartBlock)) {
    regs.rip -= 2;
    regs.rax = regs.orig_rax;
  }
  regs.orig_rax = ~0ull;
  return regs;
}

std::vector<unsigned char> way_back(const ReturnCode& code, std::uint64_t at,
                                    std::uint64_t end,
                                    const user_regs_struct& regs,
                                    const std::vector<unsigned char>& vectors,
                                    std::uint64_t mask) {
  // The restorer's address, the context that it finds above, the vectors.
  const std::uint64_t context_at = at + 8;
  const std::uint64_t vectors_at =
      (context_at + sizeof(ucontext_t) + 63) & ~63ull;
  const std::uint64_t size = vectors_at - at + vectors.size() + sizeof kMagic2;
  if (code.restorer == 0 || at + size > end ||
      vectors.size() < kSoftwareAt + sizeof(Software))
    return {};
  std::vector<unsigned char> bytes(size);
  std::memcpy(bytes.data(), &code.restorer, sizeof code.restorer);
  ucontext_t context{};
  context.uc_flags = kHasVectors | kHasStackSegment | kStrict;
  // No valid one: the thread's own stays.
  context.uc_stack.ss_flags = ~0;
  lay_registers(regs, context.uc_mcontext);
  context.uc_mcontext.fpregs = reinterpret_cast<fpregset_t>(vectors_at);
  std::memcpy(&context.uc_sigmask, &mask, sizeof mask);
  std::memcpy(bytes.data() + (context_at - at), &context, sizeof context);
  unsigned char* state = bytes.data() + (vectors_at - at);
  std::copy(vectors.begin(), vectors.end(), state);
  // ptrace tells the features there, and nothing of the rest.
  Software software{};
  std::memcpy(&software.features, state + kSoftwareAt,
              sizeof software.features);
  software.magic1 = kMagic1;
  software.state_size = static_cast<std::uint32_t>(vectors.size());
  software.extended_size = software.state_size + sizeof kMagic2;
  std::memcpy(state + kSoftwareAt, &software, sizeof software);
  std::memcpy(state + vectors.size(), &kMagic2, sizeof kMagic2);
  return bytes;
}

}  // namespace tidemark::attach
