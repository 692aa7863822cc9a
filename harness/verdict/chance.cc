#include "harness/verdict/chance.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>

namespace tidemark {
namespace {

double log2_factorial(double n) { return std::lgamma(n + 1) / std::log(2.0); }

// The blocks always come so many at a time.
std::int64_t clump_in(std::span<const double> rings) {
  std::int64_t clump = 0;
  for (const double ring : rings) clump = std::gcd(clump, std::llround(ring));
  return clump;
}

}  // namespace

double bits_of_choice(double all, double some) {
  if (some <= 0 || some >= all) return 0;
  return log2_factorial(all) - log2_factorial(some) -
         log2_factorial(all - some);
}

double bits_of_same(double rings, double count) {
  if (count <= 0) return 0;
  const double of_one =
      (count - count * std::log(count)) / std::log(2.0) + log2_factorial(count);
  return rings * of_one;
}

// Elias's delta code, without its rounding.
double bits_of_number(double whole) {
  if (whole <= 1) return 0;
  const double length = std::log2(whole);
  return length + 2 * std::log2(length + 1);
}

// The clump, which multiples of it there are, and in which order they came.
// What chance prefers among the amounts is left to it: no more is known of it
// than that the cycles are alike to it.
double bits_of_rings(std::span<const double> rings) {
  const std::int64_t clump = clump_in(rings);
  if (clump == 0) return 0;
  std::map<std::int64_t, double> times;
  for (const double ring : rings) times[std::llround(ring) / clump] += 1;
  double bits = bits_of_number(static_cast<double>(clump));
  bits += log2_factorial(static_cast<double>(rings.size()));
  for (const auto& [_, count] : times) bits -= log2_factorial(count);
  times.erase(0);
  return bits + bits_of_choice(static_cast<double>(times.rbegin()->first),
                               static_cast<double>(times.size()));
}

}  // namespace tidemark
