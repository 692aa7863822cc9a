// What a run could have seen: the smallest leak that it would not have
// taken for noise.
//
//   MDL = max((z(1−α) + z(1−β)) · 2σ / (√r · N),  s / N)
//
// in objects per connection, where σ is the standard deviation of a site's
// level over the idle cycles (nothing happens, so what moves is noise), r
// the snapshots per level, N the connections measured after the baseline,
// α = 0.001, power 1−β = 0.9. s is kEnoughToSee: a leak at random that
// leaves s survivors on average is passed in fewer than one run in ten (see
// judge_simulation_test.cc); one that leaves them regularly is seen from
// half as many on. In bytes: times the median size of the sites that move,
// or 16 where none does.
#pragma once

#include <span>

#include "harness/verdict/rings.h"
#include "tidemark/verdict.h"

namespace tidemark {

// A site with no more survivors than this, over the whole measured part, is
// noise: a lazily made object, a block in flight.
inline constexpr int kDismissed = 3;

inline constexpr int kEnoughToSee = 12;

// The first argument of max() above, in objects per connection.
double jitter_limit(double sigma, double readings, double connections);

// `noise`: series that no finding names.
DetectionLimit detection_limit(std::span<const Series> noise,
                               std::span<const Dose> doses);

// Bounds of the mean of an over-dispersed Poisson count at 99.9 % (two
// sided, score interval): never below zero, above zero when `seen` is.
struct Interval {
  double low = 0;
  double high = 0;
};
Interval count_interval(double seen, double dispersion);

}  // namespace tidemark
