// Held by a register alone, or by what a leaf function may use in its place,
// while the thread waits in the kernel.
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/retention/shape.h"

namespace shapes {
namespace {

Hidden in_question;

Truth held_by_register(pid_t thread) {
  return {.block = in_question,
          .bytes = 64,
          .held = kDoubtful,
          .also = kReachable,
          .root_kind = "register",
          .thread = thread,
          .interior = 0};
}

// A thread that is stopped comes back from epoll_wait with EINTR: a reader that
// leaves the service alone knows the arguments of its system call and no more.
Truth held_by_untold_register(pid_t thread) {
  Truth truth = held_by_register(thread);
  truth.also |= kUnreachable;
  truth.note = "told to a debugger alone, which stops threads";
  return truth;
}

// Written by hand: a compiler would save the register on the stack before the
// call, and the stack would hold the block. Writes the line, then reads
// standard input to its end, with the address in rbx all the time.
[[gnu::naked]] void wait_with_rbx(std::uintptr_t, const char*, std::size_t) {
  asm("push %rbx\n"
      "mov %rdi, %rbx\n"
      "not %rbx\n"
      "xor %ecx, %ecx\n"
      "mov $1, %eax\n"  // write(1, line, size)
      "mov $1, %edi\n"
      "syscall\n"
      "sub $16, %rsp\n"
      "1: xor %eax, %eax\n"  // read(0, stack, 1)
      "xor %edi, %edi\n"
      "mov %rsp, %rsi\n"
      "mov $1, %edx\n"
      "syscall\n"
      "cmp $0, %rax\n"
      "jg 1b\n"
      "cmp $-4, %rax\n"
      "je 1b\n"
      "add $16, %rsp\n"
      "pop %rbx\n"
      "ret\n");
}

// The same in a vector register that the kernel and nobody else keeps.
[[gnu::naked]] void wait_with_xmm(std::uintptr_t, const char*, std::size_t) {
  asm("not %rdi\n"
      "movq %rdi, %xmm9\n"
      "mov $1, %eax\n"
      "mov $1, %edi\n"
      "syscall\n"
      "sub $24, %rsp\n"
      "1: xor %eax, %eax\n"
      "xor %edi, %edi\n"
      "mov %rsp, %rsi\n"
      "mov $1, %edx\n"
      "syscall\n"
      "cmp $0, %rax\n"
      "jg 1b\n"
      "cmp $-4, %rax\n"
      "je 1b\n"
      "add $24, %rsp\n"
      "ret\n");
}

// The same as the second argument of read(): the kernel is told to write
// there, and nobody else knows the block.
[[gnu::naked]] void wait_with_argument(std::uintptr_t, const char*,
                                       std::size_t) {
  asm("mov %rdi, %r8\n"
      "mov $1, %eax\n"
      "mov $1, %edi\n"
      "syscall\n"
      "mov %r8, %rsi\n"
      "not %rsi\n"
      "xor %r8d, %r8d\n"
      "1: xor %eax, %eax\n"
      "xor %edi, %edi\n"
      "mov $1, %edx\n"
      "syscall\n"
      "cmp $0, %rax\n"
      "jg 1b\n"
      "cmp $-4, %rax\n"
      "je 1b\n"
      "ret\n");
}

// The same in the 128 bytes below the stack pointer that a function which
// calls nobody may use.
[[gnu::naked]] void wait_with_red_zone(std::uintptr_t, const char*,
                                       std::size_t) {
  asm("not %rdi\n"
      "mov %rdi, -64(%rsp)\n"
      "mov $1, %eax\n"
      "mov $1, %edi\n"
      "syscall\n"
      "1: xor %eax, %eax\n"
      "xor %edi, %edi\n"
      "lea -8(%rsp), %rsi\n"
      "mov $1, %edx\n"
      "syscall\n"
      "cmp $0, %rax\n"
      "jg 1b\n"
      "cmp $-4, %rax\n"
      "je 1b\n"
      "ret\n");
}

// Says that it is parked, and pauses for ever with the address in r12.
[[gnu::naked]] void pause_with_r12(std::uintptr_t, int*) {
  asm("mov %rdi, %r12\n"
      "not %r12\n"
      "xor %edi, %edi\n"
      "movl $1, (%rsi)\n"
      "1: mov $34, %eax\n"  // pause()
      "syscall\n"
      "jmp 1b\n");
}

using Wait = void (*)(std::uintptr_t, const char*, std::size_t);

void wait(Wait wait_holding, const Truth& truth) {
  const std::span<const char> text = line_of(truth);
  scrub_stack();
  clear_vectors();
  wait_holding(in_question.flipped(), text.data(), text.size());
}

void register_callee_saved() {
  in_question = hidden_block(64);
  wait(wait_with_rbx, held_by_untold_register(getpid()));
}

void register_vector() {
  in_question = hidden_block(64);
  wait(wait_with_xmm, held_by_untold_register(getpid()));
}

void register_argument() {
  in_question = hidden_block(64);
  wait(wait_with_argument, held_by_register(getpid()));
}

void red_zone() {
  in_question = hidden_block(64);
  Truth truth = held_by_register(getpid());
  truth.also |= kUnreachable;
  truth.root_kind = "stack";
  truth.note = "64 bytes below the stack pointer";
  wait(wait_with_red_zone, truth);
}

void pause_holding() {
  scrub_stack();
  clear_vectors();
  pause_with_r12(in_question.flipped(), parked());
}

Truth register_thread() {
  in_question = hidden_block(64);
  return held_by_untold_register(start(pause_holding));
}

constexpr Shape kRegisters[] = {
    {"register_callee_saved", "rbx of the main thread, across read()",
     register_callee_saved},
    {"register_argument", "the buffer of a read() that waits",
     register_argument},
    {"register_thread", "r12 of another thread, across pause()",
     built<register_thread>},
    {"register_vector", "a vector register, across read()", register_vector},
    {"red_zone", "the red zone below the stack pointer", red_zone},
};

}  // namespace

std::span<const Shape> registers() { return kRegisters; }

}  // namespace shapes
