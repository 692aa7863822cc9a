// Whether growth goes on or runs out. A leak leaves as much for the
// thousandth connection as for the tenth; a cache that fills, a thread's
// lazily made state and an interned name leave less and less.
//
// Counts per cycle are taken as Poisson with the dispersion that they show.
// Four rates per unit (a connection; a second, for growth with time) are
// compared by likelihood, x being the units so far:
//
//   steady     λ
//   running out   A·exp(−θx), or A·(x/x₁)^−a    θ, a from a grid
//   both       one of these and λ
#pragma once

#include <span>

namespace tidemark {

struct GrowthStep {
  double units = 0;
  double objects = 0;  // left by them
};

struct Decline {
  // Standard deviations by which running out explains the counts better than
  // a steady rate; 0 if it does not.
  double z = 0;
  // By which it takes a steady rate besides; 0 where z is below 1.
  double steady_z = 0;
  double dispersion = 1;  // variance over mean, at least 1
};

// `steps` in the order of time; those without units are left out.
Decline decline_of(std::span<const GrowthStep> steps);

}  // namespace tidemark
