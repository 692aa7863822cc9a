#include "tests/support/peer_rules/mann_kendall.h"

#include <cmath>
#include <map>

namespace tidemark::peers {

double mann_kendall(std::span<const double> readings) {
  double s = 0;
  std::map<double, double> ties;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    ties[readings[i]] += 1;
    for (std::size_t j = 0; j < i; ++j) {
      if (readings[i] > readings[j]) s += 1;
      if (readings[i] < readings[j]) s -= 1;
    }
  }
  const double n = static_cast<double>(readings.size());
  double variance = n * (n - 1) * (2 * n + 5);
  for (const auto& [_, t] : ties) variance -= t * (t - 1) * (2 * t + 5);
  if (s == 0 || variance <= 0) return 0;
  return (s > 0 ? s - 1 : s + 1) / std::sqrt(variance / 18);
}

bool rises(std::span<const double> readings, double p) {
  const double z = mann_kendall(readings);
  return z > 0 && 0.5 * std::erfc(z / std::sqrt(2)) < p;
}

}  // namespace tidemark::peers
