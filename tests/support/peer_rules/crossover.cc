#include "tests/support/peer_rules/crossover.h"

#include <algorithm>
#include <cmath>

namespace tidemark {
namespace {

// Counts that follow the line without any scatter would otherwise have no
// standard error to divide by.
constexpr double kLeastVariance = 1e-9;
// The determinant as a share of S_cc · S_kk, i.e. 1 − r².
constexpr double kLeastSeparation = 1e-6;

struct Sums {
  double cc = 0, kk = 0, ck = 0, lc = 0, lk = 0, ll = 0;
};

Sums centred_sums(std::span<const LevelReading> readings) {
  const double n = static_cast<double>(readings.size());
  LevelReading mean;
  for (const LevelReading& r : readings) {
    mean.level += r.level / n;
    mean.connections += r.connections / n;
    mean.time += r.time / n;
  }
  Sums s;
  for (const LevelReading& r : readings) {
    const double l = r.level - mean.level;
    const double c = r.connections - mean.connections;
    const double k = r.time - mean.time;
    s.cc += c * c;
    s.kk += k * k;
    s.ck += c * k;
    s.lc += l * c;
    s.lk += l * k;
    s.ll += l * l;
  }
  return s;
}

}  // namespace

std::optional<CrossoverFit> fit_crossover(
    std::span<const LevelReading> readings) {
  if (readings.size() < 4) return std::nullopt;
  const Sums s = centred_sums(readings);
  const double det = s.cc * s.kk - s.ck * s.ck;
  if (det <= kLeastSeparation * s.cc * s.kk) return std::nullopt;
  CrossoverFit fit;
  fit.beta = (s.lc * s.kk - s.lk * s.ck) / det;
  fit.gamma = (s.lk * s.cc - s.lc * s.ck) / det;
  const double rss = s.ll - fit.beta * s.lc - fit.gamma * s.lk;
  const double variance = std::max(
      rss / (static_cast<double>(readings.size()) - 3), kLeastVariance);
  fit.se_beta = std::sqrt(variance * s.kk / det);
  fit.se_gamma = std::sqrt(variance * s.cc / det);
  return fit;
}

}  // namespace tidemark
