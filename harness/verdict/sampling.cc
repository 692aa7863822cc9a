#include "harness/verdict/sampling.h"

#include <algorithm>
#include <cmath>

namespace tidemark {
namespace {

double as_double(Bytes bytes) { return static_cast<double>(bytes.value); }

// P(X ≤ seen) of a Poisson count: the upper regularized gamma function
// Q(seen + 1, mean). Terms are summed from the largest on, so that none is
// lost and few are needed.
double poisson_at_most(std::int64_t seen, double mean) {
  if (mean <= 0) return 1;
  const double k = static_cast<double>(seen);
  // The largest term of 0 … seen is at the mode, or at `seen` before it.
  const double mode = std::min(k, std::floor(mean));
  const double largest =
      std::exp(mode * std::log(mean) - mean - std::lgamma(mode + 1));
  constexpr double kNothing = 1e-18;
  double sum = largest;
  double term = largest;
  for (double i = mode; i > 0 && term > kNothing * sum; --i) {
    term *= i / mean;
    sum += term;
  }
  term = largest;
  for (double i = mode + 1; i <= k && term > kNothing * sum; ++i) {
    term *= mean / i;
    sum += term;
  }
  return std::min(sum, 1.0);
}

}  // namespace

double sample_chance(Bytes size, Bytes period) {
  if (period.value <= 1) return 1;
  return -std::expm1(-as_double(size) / as_double(period));
}

double sample_chance(MemoryKind kind, Bytes size, Bytes period) {
  if (kind == MemoryKind::kThread || size.value <= 0) return 1;
  return sample_chance(size, period);
}

double mean_that_reaches(std::int64_t wanted, double chance) {
  // P(X < wanted) falls as the mean rises.
  const auto misses = [wanted](double mean) {
    return poisson_at_most(wanted - 1, mean);
  };
  double low = 0;
  double high = static_cast<double>(wanted) + 10;
  while (misses(high) > 1 - chance) high *= 2;
  // Until the two are neighbours as far as a double goes.
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (misses(middle) > 1 - chance ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace tidemark
