#include "harness/sweep/order.h"

#include <numeric>
#include <random>
#include <utility>

namespace tidemark {
namespace {

// Fisher and Yates; std::shuffle may differ between libraries.
void shuffle(std::vector<std::size_t>& cells, std::mt19937_64& random) {
  for (std::size_t left = cells.size(); left > 1; --left)
    std::swap(cells[left - 1], cells[random() % left]);
}

}  // namespace

std::vector<SweepStep> sweep_order(const SweepSpec& spec, std::size_t cells) {
  std::mt19937_64 random(spec.seed);
  std::vector<std::size_t> round(cells);
  std::iota(round.begin(), round.end(), std::size_t{0});
  std::vector<SweepStep> order;
  for (std::uint32_t run = 0; run < spec.repeat_most; ++run) {
    if (spec.shuffled) shuffle(round, random);
    for (const std::size_t cell : round) order.push_back({cell, run});
  }
  return order;
}

}  // namespace tidemark
