// In which order the runs of a sweep are made. Pure.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tidemark/sweep.h"

namespace tidemark {

struct SweepStep {
  std::size_t cell = 0;
  std::uint32_t run = 0;  // of the cell, from 0

  auto operator<=>(const SweepStep&) const = default;
};

// Round after round up to spec.repeat_most, each with one run of every cell, so
// that what becomes slower or warmer does so for all; within a round as written
// or in an order drawn by the seed, another in each. The same on every machine.
std::vector<SweepStep> sweep_order(const SweepSpec& spec, std::size_t cells);

}  // namespace tidemark
