// Other stacks than the plain one: signals, fibers, threads, jumps.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>

#include <cstring>
#include <memory>
#include <thread>

#include "tests/agent/unwind/support.h"

namespace tidemark::agent {
namespace {

TIDEMARK_NOINLINE void below(int depth) {
  if (depth == 0) {
    expect_oracle();
  } else {
    below(depth - 1);
  }
  TIDEMARK_KEEP_FRAME();
}

void on_signal(int, siginfo_t*, void*) { below(3); }

struct SignalHandler {
  SignalHandler(int number, int flags, void (*handler)(int, siginfo_t*, void*))
      : number_(number) {
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = flags | SA_SIGINFO;
    sigaction(number, &action, &old_);
  }
  ~SignalHandler() { sigaction(number_, &old_, nullptr); }
  SignalHandler(const SignalHandler&) = delete;
  SignalHandler& operator=(const SignalHandler&) = delete;

 private:
  int number_;
  struct sigaction old_;
};

TIDEMARK_NOINLINE void raise_below(int depth) {
  if (depth == 0) {
    raise(SIGUSR1);
  } else {
    raise_below(depth - 1);
  }
  TIDEMARK_KEEP_FRAME();
}

TEST(Contexts, ASignalHandlerSeesWhatItInterrupted) {
  SignalHandler handler(SIGUSR1, 0, on_signal);
  for (int depth = 0; depth < 10; ++depth) raise_below(depth);
}

// Faults in the middle of a function, where the pc is no return address.
TIDEMARK_NOINLINE void fault_below(int depth) {
  if (depth == 0) {
    asm volatile("ud2");
  } else {
    fault_below(depth - 1);
  }
  TIDEMARK_KEEP_FRAME();
}

void skip_ud2(int, siginfo_t*, void* context) {
  below(2);
  static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP] += 2;
}

TEST(Contexts, AFaultInTheMiddleOfAFunctionIsCrossed) {
  SignalHandler handler(SIGILL, 0, skip_ud2);
  for (int depth = 0; depth < 10; ++depth) fault_below(depth);
}

TEST(Contexts, ASignalOnItsOwnStackSeesWhatItInterrupted) {
  auto room = std::make_unique<char[]>(65536);
  stack_t alternate = {};
  stack_t old = {};
  alternate.ss_sp = room.get();
  alternate.ss_size = 65536;
  ASSERT_EQ(sigaltstack(&alternate, &old), 0);
  {
    SignalHandler user(SIGUSR1, SA_ONSTACK, on_signal);
    SignalHandler fault(SIGILL, SA_ONSTACK, skip_ud2);
    for (int depth = 0; depth < 10; ++depth) {
      raise_below(depth);
      fault_below(depth);
      below(depth);
    }
  }
  sigaltstack(&old, nullptr);
}

void nested_signal(int, siginfo_t*, void*) {
  expect_oracle();
  raise_below(2);
}

TEST(Contexts, ASignalInsideASignalIsCrossedTwice) {
  SignalHandler inner(SIGUSR1, 0, on_signal);
  SignalHandler outer(SIGUSR2, 0, nested_signal);
  raise(SIGUSR2);
}

TEST(Contexts, EveryThreadHasItsOwnStack) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([i] {
      for (int round = 0; round < 50; ++round) below((round * 7 + i) % 60);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void* capture_near_the_end(void*) {
  below(0);
  return nullptr;
}

TEST(Contexts, ASmallThreadStackSuffices) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  // The test's oracle needs most of it.
  pthread_attr_setstacksize(&attributes, 64 << 10);
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, &attributes, capture_near_the_end, nullptr),
            0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

struct Fiber {
  static constexpr std::size_t kBytes = 128 << 10;
  ucontext_t context;
  char* stack = static_cast<char*>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  Fiber() = default;
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  ~Fiber() { munmap(stack, kBytes); }
};

ucontext_t main_context;
Fiber* fibers[4];

void fiber_body(int self) {
  for (int round = 0; round < 20; ++round) {
    below((round + self) % 5);
    raise(SIGUSR1);
    swapcontext(&fibers[self]->context, &main_context);
  }
}

void run_fibers() {
  SignalHandler handler(SIGUSR1, 0, on_signal);
  std::unique_ptr<Fiber> owned[4];
  for (int i = 0; i < 4; ++i) {
    owned[i] = std::make_unique<Fiber>();
    fibers[i] = owned[i].get();
    getcontext(&owned[i]->context);
    owned[i]->context.uc_stack.ss_sp = owned[i]->stack;
    owned[i]->context.uc_stack.ss_size = Fiber::kBytes;
    owned[i]->context.uc_link = &main_context;
    makecontext(&owned[i]->context, reinterpret_cast<void (*)()>(fiber_body), 1,
                i);
  }
  for (int round = 0; round < 20; ++round) {
    for (Fiber* fiber : fibers) {
      below(round % 3);
      swapcontext(&main_context, &fiber->context);
    }
  }
}

TEST(Contexts, FibersThatAreSwitchedEndWhereTheyBegan) { run_fibers(); }

TEST(Contexts, FibersOfAThreadOtherThanMainDoToo) {
  std::thread(run_fibers).join();
}

TEST(Contexts, AFibersStackMayBeUnmappedAfterItsCaptures) {
  for (int i = 0; i < 5; ++i) {
    run_fibers();
    below(i);
  }
}

jmp_buf jump_target;
volatile bool jump_wanted = true;

TIDEMARK_NOINLINE void jump_from(int depth) {
  if (depth > 0) {
    jump_from(depth - 1);
  } else {
    expect_oracle();
    if (jump_wanted) longjmp(jump_target, 1);
  }
  TIDEMARK_KEEP_FRAME();
}

TEST(Contexts, AfterALongjmpTheNextCaptureIsRight) {
  // static: keeps its value over the jump.
  static int depth;
  for (depth = 0; depth < 40; ++depth) {
    if (setjmp(jump_target) == 0) jump_from(depth);
    expect_oracle();
    below(40 - depth);
  }
}

sigjmp_buf signal_target;

// Captures without end, so that the signal falls into the unwinder.
TIDEMARK_NOINLINE void capture_for_ever(volatile std::uint64_t* count) {
  Capture capture;
  const auto here =
      reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
  for (;;) {
    capture_stack(own_state(), here, capture);
    *count = *count + 1;
  }
}

void jump_out(int, siginfo_t*, void*) { siglongjmp(signal_target, 1); }

TEST(Contexts, ASiglongjmpOutOfTheUnwinderLeavesItUsable) {
  SignalHandler handler(SIGVTALRM, 0, jump_out);
  volatile std::uint64_t captures = 0;
  static int i;  // keeps its value over the jump
  for (i = 0; i < 40; ++i) {
    if (sigsetjmp(signal_target, 1) == 0) {
      itimerval timer = {{0, 0}, {0, 500 + i}};
      setitimer(ITIMER_VIRTUAL, &timer, nullptr);
      capture_for_ever(&captures);
    }
    below(i % 7);
    EXPECT_EQ(own_state().busy_at, 0u);
  }
  EXPECT_GT(captures, 0u);
}

volatile std::uint64_t handler_runs = 0;

void capture_in_handler(int, siginfo_t*, void*) {
  expect_oracle();
  handler_runs = handler_runs + 1;
}

TIDEMARK_NOINLINE void capture_until(std::uint64_t runs) {
  Capture first;
  Capture again;
  const auto here =
      reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
  capture_stack(own_state(), here, first);
  while (handler_runs < runs) {
    capture_stack(own_state(), here, again);
    ASSERT_EQ(again.hash, first.hash);
    ASSERT_EQ(again.depth, first.depth);
  }
}

TEST(Contexts, CapturesInHandlersThatInterruptCapturesAgreeWithTheOracle) {
  SignalHandler handler(SIGVTALRM, 0, capture_in_handler);
  itimerval timer = {{0, 1000}, {0, 1000}};
  setitimer(ITIMER_VIRTUAL, &timer, nullptr);
  capture_until(30);
  timer = {};
  setitimer(ITIMER_VIRTUAL, &timer, nullptr);
}

// A trampoline of the program's own, without call frame information.
asm(".text\n"
    ".p2align 4\n"
    "bare_restorer:\n"
    "  movq $15, %rax\n"
    "  syscall\n");
extern "C" [[gnu::visibility("hidden")]] void bare_restorer();

Capture in_bare_handler;

void capture_only(int) {
  capture_stack(own_state(),
                reinterpret_cast<std::uint64_t>(__builtin_return_address(0)),
                in_bare_handler);
}

struct KernelSignalAction {
  void (*handler)(int);
  std::uint64_t flags;
  void (*restorer)();
  std::uint64_t mask;
};

TIDEMARK_NOINLINE void raise_and_capture(Capture& around) {
  raise(SIGUSR2);
  capture_stack(own_state(),
                reinterpret_cast<std::uint64_t>(__builtin_return_address(0)),
                around);
  TIDEMARK_KEEP_FRAME();
}

TEST(Contexts, ATrampolineWithoutUnwindInformationIsRecognised) {
  constexpr std::uint64_t kRestorer = 0x04000000;
  KernelSignalAction action = {capture_only, kRestorer, bare_restorer, 0};
  ASSERT_EQ(syscall(SYS_rt_sigaction, SIGUSR2, &action, nullptr, 8), 0);
  static Capture around;
  raise_and_capture(around);
  signal(SIGUSR2, SIG_DFL);
  EXPECT_FALSE(in_bare_handler.truncated);
  EXPECT_EQ(in_bare_handler.frames[0],
            reinterpret_cast<std::uint64_t>(bare_restorer));
  ASSERT_GT(in_bare_handler.depth, around.depth);
  // The root-most frames are those of the code that raised the signal.
  for (unsigned i = 1; i <= around.depth; ++i) {
    EXPECT_EQ(in_bare_handler.frames[in_bare_handler.depth - i],
              around.frames[around.depth - i]);
  }
}

}  // namespace
}  // namespace tidemark::agent
