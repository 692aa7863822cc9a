#include <algorithm>
#include <cmath>
#include <random>
#include <type_traits>

#include "tests/support/sim/sim_service.h"

namespace tidemark {

SimParameters first_parameters() { return {}; }

SimParameters second_parameters() {
  return {.connections = 150,
          .messages = 3,
          .cache_size = 820,
          .threads = 40,
          .connections_per_touch = 15,
          .blocks_per_thread = 3,
          .lru_within = 610,
          .lru_beyond = 250'000,
          .burst_chance = 0.25,
          .burst_blocks = 17,
          .jitter = 2,
          .drift = 9,
          .release_after = 0.8,
          .time_rate = 2.5,
          .leak_size = 1040};
}

SimParameters third_parameters() {
  return {.connections = 120,
          .messages = 5,
          .cache_size = 330,
          .threads = 96,
          .connections_per_touch = 12,
          .blocks_per_thread = 2,
          .lru_within = 90,
          .lru_beyond = 60'000,
          .burst_chance = 0.08,
          .burst_blocks = 90,
          .jitter = 1.5,
          .drift = 2,
          .release_after = 2.2,
          .time_rate = 7,
          .leak_size = 48};
}

SimParameters drawn_parameters(std::uint64_t seed) {
  // Not the numbers that the service itself draws from its seed.
  std::seed_seq apart{seed, std::uint64_t{4}};
  SimRandom random(apart);
  const SimParameters sets[] = {first_parameters(), second_parameters(),
                                third_parameters()};
  const auto draw = [&](auto field) {
    double least = static_cast<double>(sets[0].*field);
    double most = least;
    for (const SimParameters& set : sets) {
      least = std::min(least, static_cast<double>(set.*field));
      most = std::max(most, static_cast<double>(set.*field));
    }
    std::uniform_real_distribution<double> exponent(std::log(least),
                                                    std::log(most));
    const double drawn = std::exp(exponent(random));
    using Field = std::remove_cvref_t<decltype(sets[0].*field)>;
    if constexpr (std::is_integral_v<Field>)
      return static_cast<Field>(std::llround(drawn));
    else
      return drawn;
  };
  using P = SimParameters;
  return {.connections = draw(&P::connections),
          .messages = draw(&P::messages),
          .cache_size = draw(&P::cache_size),
          .threads = draw(&P::threads),
          .connections_per_touch = draw(&P::connections_per_touch),
          .blocks_per_thread = draw(&P::blocks_per_thread),
          .lru_within = draw(&P::lru_within),
          .lru_beyond = draw(&P::lru_beyond),
          .burst_chance = draw(&P::burst_chance),
          .burst_blocks = draw(&P::burst_blocks),
          .jitter = draw(&P::jitter),
          .drift = draw(&P::drift),
          .release_after = draw(&P::release_after),
          .time_rate = draw(&P::time_rate),
          .leak_size = draw(&P::leak_size)};
}

}  // namespace tidemark
