// What a capture costs, by depth: same stack again (tail reused), rule cache
// alone, a changing leaf, all registers, and libgcc for comparison.
#include <benchmark/benchmark.h>
#include <execinfo.h>

#include "tests/agent/unwind/bench_state.h"

namespace tidemark::agent {
namespace {

using Body = void (*)(benchmark::State&);

TIDEMARK_NOINLINE void at_depth(int depth, Body body, benchmark::State& state) {
  // More registers saved at each level, as real code has.
  asm volatile("" ::: "rbx", "r12", "memory");
  if (depth <= 1) {
    body(state);
  } else {
    at_depth(depth - 1, body, state);
  }
  asm volatile("" ::: "memory");
}

// Plays the hook: one frame of the agent between the service and the
// unwinder.
TIDEMARK_NOINLINE void hook(Capture& capture) {
  capture_stack(bench_state(),
                reinterpret_cast<std::uint64_t>(__builtin_return_address(0)),
                capture);
  asm volatile("" ::: "memory");
}

TIDEMARK_NOINLINE void same_stack(benchmark::State& state) {
  Capture capture;
  for (auto _ : state) hook(capture);
  state.counters["frames"] = capture.depth;
}

TIDEMARK_NOINLINE void leaf(int depth, Capture& capture) {
  if (depth == 0) {
    hook(capture);
  } else {
    leaf(depth - 1, capture);
  }
  asm volatile("" ::: "memory");
}

// Three or four frames differ each time, as in a compiler's allocations.
TIDEMARK_NOINLINE void changing_leaf(benchmark::State& state) {
  Capture capture;
  unsigned i = 0;
  for (auto _ : state) leaf(++i % 2 ? 2 : 3, capture);
  state.counters["frames"] = capture.depth;
}

TIDEMARK_NOINLINE void libgcc(benchmark::State& state) {
  void* frames[kMaxFrames];
  int depth = 0;
  for (auto _ : state) depth = backtrace(frames, kMaxFrames);
  state.counters["frames"] = depth;
}

void reuse_tail(benchmark::State& state) {
  bench_state().never_reuse = false;
  at_depth(static_cast<int>(state.range(0)), same_stack, state);
}
void rules_only(benchmark::State& state) {
  bench_state().never_reuse = true;
  at_depth(static_cast<int>(state.range(0)), same_stack, state);
  bench_state().never_reuse = false;
}
void new_leaf_old_tail(benchmark::State& state) {
  at_depth(static_cast<int>(state.range(0)), changing_leaf, state);
}
void all_registers(benchmark::State& state) {
  // A state that is busy forces the slow walk.
  bench_state().busy_at = 1;
  at_depth(static_cast<int>(state.range(0)), same_stack, state);
  bench_state().busy_at = 0;
}
void backtrace_of_libgcc(benchmark::State& state) {
  at_depth(static_cast<int>(state.range(0)), libgcc, state);
}

#define TIDEMARK_DEPTHS Arg(5)->Arg(10)->Arg(20)->Arg(40)
BENCHMARK(reuse_tail)->TIDEMARK_DEPTHS;
BENCHMARK(rules_only)->TIDEMARK_DEPTHS;
BENCHMARK(new_leaf_old_tail)->TIDEMARK_DEPTHS;
BENCHMARK(all_registers)->TIDEMARK_DEPTHS;
BENCHMARK(backtrace_of_libgcc)->TIDEMARK_DEPTHS;

}  // namespace
}  // namespace tidemark::agent

BENCHMARK_MAIN();
