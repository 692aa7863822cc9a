// Held by a stack: of a thread that runs, of a fiber that does not, or by what
// is left on one.
#include <alloca.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/retention/shape.h"

namespace shapes {

ucontext_t g_scheduler;
ucontext_t g_fiber;

namespace {

constexpr std::size_t kFiberStack = 64 * 1024;
constexpr int kDeep = 200;

Hidden in_question;  // for functions that take no arguments

// A stack alone may be stale, hence doubtful; it is no mistake to trust it.
Truth held_by_stack(Hidden address, pid_t thread) {
  return {.block = address,
          .bytes = 64,
          .held = kDoubtful,
          .also = kReachable,
          .root_kind = "stack",
          .thread = thread,
          .interior = 0};
}

void stack_main() {
  void* volatile local = hidden_block(64).reveal();
  stay(held_by_stack(Hidden(local), getpid()));
  keep(&local);
}

[[gnu::noinline]] void descend(int left, const Truth& truth) {
  volatile long frame[8] = {left};
  if (left > 0) {
    descend(left - 1, truth);
  } else {
    stay(truth);
  }
  keep(frame);  // no tail call: each of them keeps its frame
}

void stack_deep() {
  void* volatile local = hidden_block(64).reveal();
  descend(kDeep, held_by_stack(Hidden(local), getpid()));
  keep(&local);
}

void stack_alloca() {
  auto* room = static_cast<void* volatile*>(alloca(4096));
  for (int i = 0; i < 512; ++i) room[i] = nullptr;
  room[100] = hidden_block(64).reveal();
  stay(held_by_stack(Hidden(room[100]), getpid()));
  keep(room);
}

void hold_in_local() {
  void* volatile local = in_question.reveal();
  park();
  keep(&local);
}

Truth stack_thread() {
  in_question = hidden_block(64);
  return held_by_stack(in_question, start(hold_in_local));
}

void* map(std::size_t bytes) {
  void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) std::abort();
  return mapped;
}

Truth stack_given() {
  in_question = hidden_block(64);
  constexpr std::size_t kBytes = 1024 * 1024;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, map(kBytes), kBytes);
  Truth truth = held_by_stack(in_question, start(hold_in_local, &attributes));
  truth.also_kind = "mapping";
  return truth;
}

void on_alternate_stack(int) {
  void* volatile local = in_question.reveal();
  Truth truth = held_by_stack(in_question, getpid());
  truth.also_kind = "mapping";
  stay(truth);
  keep(&local);
}

void stack_alternate() {
  in_question = hidden_block(64);
  constexpr std::size_t kBytes = 1024 * 1024;
  const stack_t alternate = {
      .ss_sp = map(kBytes), .ss_flags = 0, .ss_size = kBytes};
  struct sigaction action = {};
  action.sa_handler = on_alternate_stack;
  action.sa_flags = SA_ONSTACK;
  if (sigaltstack(&alternate, nullptr) || sigaction(SIGUSR1, &action, nullptr))
    std::abort();
  raise(SIGUSR1);
}

// swapcontext keeps registers in g_fiber: those of this function must not
// have the address.
void fiber() {
  void* volatile local = in_question.reveal();
  asm volatile(""
               :
               :
               : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r12",
                 "r13", "r14", "r15", "memory");
  swapcontext(&g_fiber, &g_scheduler);
  keep(&local);
}

[[gnu::noinline]] void swap_out(void* stack) {
  getcontext(&g_fiber);
  g_fiber.uc_stack.ss_sp = stack;
  g_fiber.uc_stack.ss_size = kFiberStack;
  makecontext(&g_fiber, fiber, 0);
  swapcontext(&g_scheduler, &g_fiber);
}

Truth stack_swapped_mapping() {
  in_question = hidden_block(64);
  swap_out(map(kFiberStack));
  return {.block = in_question,
          .bytes = 64,
          .root_kind = "mapping",
          .also_kind = "global",
          .any_path = true,
          .note = "g_fiber, a ucontext_t, points to the stack"};
}

Truth stack_swapped_heap() {
  in_question = hidden_block(64);
  swap_out(block(kFiberStack));
  return {.block = in_question,
          .bytes = 64,
          .root_kind = "global",
          .root = "shapes::g_fiber",
          .through = {{{.bytes = kFiberStack}}},
          .interior = 0};
}

// Far below the stack pointer, also below any red zone.
[[gnu::noinline]] void leave_below() {
  void* volatile dead[1024];
  dead[8] = in_question.reveal();
  keep(dead);
}

void stack_stale_below() {
  in_question = hidden_block(64);
  stay({.block = in_question,
        .bytes = 64,
        .held = kUnreachable,
        .note = "a dead word 8 KB below the stack pointer"},
       leave_below);
}

[[gnu::noinline]] void litter() {
  void* volatile dead[512];
  for (auto& word : dead) word = in_question.reveal();
  keep(dead);
}

// Its frame lies where litter() had its own, and is not initialised.
[[gnu::noinline]] void sit_on_litter() {
  volatile char never_written[8192];
  keep(never_written);
  stay({.block = in_question,
        .bytes = 64,
        .held = kDoubtful,
        .also = kUnreachable,
        .root_kind = "stack",
        .thread = getpid(),
        .interior = 0,
        .note = "lost; dead words above the stack pointer look alive"});
  keep(never_written);
}

void stack_stale_above() {
  in_question = hidden_block(64);
  scrub_stack();
  litter();
  sit_on_litter();
}

void* hold_and_end(void*) {
  void* volatile local = in_question.reveal();
  keep(&local);
  return nullptr;
}

Truth stack_of_ended_thread() {
  in_question = hidden_block(64);
  pthread_t thread;
  if (pthread_create(&thread, nullptr, hold_and_end, nullptr)) std::abort();
  pthread_join(thread, nullptr);
  return {.block = in_question,
          .bytes = 64,
          .held = kUnreachable,
          .also = kDoubtful,
          .plain = kReachable,
          .root_kind = "mapping",
          .also_kind = "stack",
          .note = "glibc keeps the stack mapped for the next thread"};
}

constexpr Shape kStacks[] = {
    {"stack_main", "a local variable of the main thread", stack_main},
    {"stack_deep", "a local variable, 200 frames up", stack_deep},
    {"stack_alloca", "an array made by alloca", stack_alloca},
    {"stack_thread", "a local variable of another thread", built<stack_thread>},
    {"stack_given", "a thread whose stack is a mapping of the service",
     built<stack_given>},
    {"stack_alternate", "a signal handler on an alternate stack",
     stack_alternate},
    {"stack_swapped_mapping", "a fiber that waits, its stack a mapping",
     built<stack_swapped_mapping>},
    {"stack_swapped_heap", "a fiber that waits, its stack from malloc",
     built<stack_swapped_heap>},
    {"stack_stale_below", "a dead word below the stack pointer",
     stack_stale_below},
    {"stack_stale_above", "dead words in a frame that never wrote them",
     stack_stale_above},
    {"stack_of_ended_thread", "a local variable of a thread that has ended",
     built<stack_of_ended_thread>},
};

}  // namespace

std::span<const Shape> stacks() { return kStacks; }

}  // namespace shapes
