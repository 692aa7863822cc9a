// What a run could have seen: the smallest leak that it would not have
// taken for noise.
//
//   MDL = max((z(1−α) + z(1−β)) · 2σ / (√r · N),  s / N)
//
// in objects per connection, where σ is the standard deviation of a site's
// level over the idle cycles (nothing happens, so what moves is noise), r
// the snapshots per level, N the connections measured after the baseline,
// α = 0.001, power 1−β = 0.9. s is kEnoughToSee: a leak at random that
// leaves s survivors on average is passed in fewer than one run in a hundred
// (ci/bench calibration); one that leaves them regularly is seen from half as
// many on. In bytes: times the median size of the sites that move, or 16 where
// none does; where a few large blocks were dismissed as noise, the most that
// may have left so few of them, if that is more.
#pragma once

#include <span>

#include "harness/verdict/rings.h"
#include "tidemark/verdict.h"

namespace tidemark {

// A site with no more survivors than this, over the whole measured part, is
// noise: a lazily made object, a block in flight.
inline constexpr int kDismissed = 3;

inline constexpr int kEnoughToSee = 14;

// Objects per connection that a planned run looks for: a leak of one
// connection in a hundred is found.
inline constexpr double kWantedLimit = 0.01;

// Bytes per connection that a planned run looks for where blocks are so large
// that a few of them, which may be noise, are more.
inline constexpr double kWantedBytes = 64;

// A mean that leaves so few by chance once in four hundred looks (Poisson; a
// bound that is simple rather than tight: 12 for 3 where 11.9 is exact, 18.5
// for 7 where 18.2 is). A run looks after every cycle.
double upper_count(double seen);

// Whether survivors that are here and there and no more may be called noise:
// after so many connections what is looked for would have left more.
bool are_few(double seen, double connections);

// The first argument of max() above, in objects per connection.
double jitter_limit(double sigma, double readings, double connections);

// Blocks that were taken for noise: kDismissed at most.
struct DismissedBlocks {
  double objects = 0;
  double bytes = 0;
};

// `noise`: series that no finding names.
DetectionLimit detection_limit(std::span<const Series> noise,
                               std::span<const DismissedBlocks> dismissed,
                               std::span<const Dose> doses);

// Bounds of the mean of an over-dispersed Poisson count at 99.9 % (two
// sided, score interval): never below zero, above zero when `seen` is. A
// dispersion that was estimated from few rings makes them wider (Student's t
// with `freedom` degrees instead of the normal distribution).
struct Interval {
  double low = 0;
  double high = 0;
};
Interval count_interval(double seen, double dispersion, double freedom = 1e9);

}  // namespace tidemark
