// What every rule asks of a series first, and the finding it starts from.
// Private to this folder's classifiers.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/verdict/classify.h"

namespace tidemark {

struct Shape {
  std::vector<double> survivors;  // per ring
  double total = 0;
  double loaded_rings = 0;
  double loaded_rings_with = 0;
  double rings_with = 0;
  double idle_rings = 0;
  double idle_rings_with = 0;
  double idle_total = 0;
  double connections = 0;
  double seconds = 0;
};

// The doses of the cycles that the series covers.
std::span<const Dose> window_of(const Series& series,
                                std::span<const Dose> doses);

// REQUIRES, here and below: `doses` is the series' window.
Shape shape_of(const Series& series, std::span<const Dose> doses);

// Sites, rings and residue filled in; rate and explanation are not.
Draft draft_of(const Series& series, std::span<const Dose> doses,
               FindingClass kind, std::string unit);

double mean_size(const Series& series);

// "3 blocks of 96 B".
std::string say_blocks(double count, const Series& series);

// Whether an innocent finding of that size deserves a line.
bool worth_saying(const Series& series);

}  // namespace tidemark
