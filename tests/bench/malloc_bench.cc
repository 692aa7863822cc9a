// malloc/free pairs as ci/bench runs them: bare, behind a pass-through
// preload, under the agent and under heaptrack. The random numbers that
// choose slot and size are drawn before the clock starts.

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <cstdint>
#include <vector>

namespace {

constexpr std::size_t kSteps = 1 << 16;

struct Step {
  std::uint32_t slot;
  std::uint32_t bytes;
};

std::vector<Step> draw_steps(std::size_t live, std::uint64_t seed) {
  std::vector<Step> steps(kSteps);
  for (Step& step : steps) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    step.slot = static_cast<std::uint32_t>(seed % live);
    step.bytes = static_cast<std::uint32_t>(16 + (seed >> 32) % 497);
  }
  return steps;
}

// Each step frees one of the live blocks, chosen at random, and allocates
// another of 16 … 512 bytes.
void pairs(benchmark::State& state) {
  std::size_t live = static_cast<std::size_t>(state.range(0));
  std::vector<Step> steps = draw_steps(
      live, 88172645463325252ull + unsigned(state.thread_index()) * 977);
  std::vector<void*> blocks(live);
  for (std::size_t i = 0; i < live; ++i)
    blocks[i] = malloc(16 + steps[i % kSteps].bytes % 497);
  std::size_t at = 0;
  for (auto _ : state) {
    const Step& step = steps[at++ % kSteps];
    free(blocks[step.slot]);
    blocks[step.slot] = malloc(step.bytes);
    benchmark::DoNotOptimize(blocks[step.slot]);
  }
  for (void* block : blocks) free(block);
}

}  // namespace

BENCHMARK(pairs)->Arg(1000)->Threads(1)->Threads(2)->MinTime(0.2);
BENCHMARK(pairs)->Arg(100000)->Threads(1)->MinTime(0.3);
BENCHMARK_MAIN();
