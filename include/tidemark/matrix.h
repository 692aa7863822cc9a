// The settings of which a sweep tries every combination, as a scenario says
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tidemark {

// A level of each factor, as its scenario writes it: {"buffer": "4KiB"}.
using CellLevels = std::map<std::string, std::string>;

struct SweepFactor {
  std::string name;
  std::vector<std::string> levels;  // in the file's order; all different
  // The levels as numbers, sizes in bytes; empty unless each of them is one.
  std::vector<double> values;

  bool operator==(const SweepFactor&) const = default;
};

inline constexpr std::size_t kMaxSweepRuns = 2000;

struct SweepSpec {
  std::vector<SweepFactor> factors;  // in the file's order; never empty
  // Cells that have all levels of one of these are left out.
  std::vector<CellLevels> exclude;
  std::uint32_t repeat = 3;  // runs of each cell
  // Of the baseline and of cells that are in doubt; never less than `repeat`.
  std::uint32_t repeat_most = 3;
  bool shuffled = true;     // else cell after cell, as written
  std::uint64_t seed = 42;  // of the order
  CellLevels baseline;      // what losses are measured from; a whole cell
  double max_loss = 0.05;   // of throughput, and of the median reply time
  // For whose memory there is a line of arithmetic.
  std::vector<std::uint32_t> connections;

  bool operator==(const SweepSpec&) const = default;
};

}  // namespace tidemark
