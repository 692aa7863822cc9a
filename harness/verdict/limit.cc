#include "harness/verdict/limit.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tidemark {
namespace {

constexpr double kZAlpha = 3.0902;     // 0.999
constexpr double kZPower = 1.2816;     // 0.9
constexpr double kZTwoSided = 3.2905;  // 99.9 % on both sides
constexpr double kUnknownSize = 16;    // glibc's smallest step

// Scatter of the levels while nothing happened: each idle cycle's snapshot
// and the one just before the first of them.
double idle_sigma(const Series& series, std::span<const Dose> doses) {
  std::vector<double> levels;
  for (std::size_t i = 0; i < series.rings.size(); ++i) {
    if (doses[series.first + i].kind != CycleKind::kIdle) continue;
    if (levels.empty()) levels.push_back(series.levels[i]);
    levels.push_back(series.levels[i + 1]);
  }
  if (levels.size() < 2) return 0;
  const double n = static_cast<double>(levels.size());
  double mean = 0;
  for (double level : levels) mean += level / n;
  double squares = 0;
  for (double level : levels) squares += (level - mean) * (level - mean);
  return std::sqrt(squares / (n - 1));
}

}  // namespace

double jitter_limit(double sigma, double readings, double connections) {
  if (connections <= 0) return 0;
  return (kZAlpha + kZPower) * 2 * sigma / (std::sqrt(readings) * connections);
}

DetectionLimit detection_limit(std::span<const Series> noise,
                               std::span<const Dose> doses) {
  DetectionLimit limit;
  double connections = 0;
  for (const Dose& dose : doses) connections += dose.connections;
  limit.connections = Count{std::llround(connections)};
  if (connections <= 0) return limit;
  double sigma = 0;
  std::vector<double> sizes;
  for (const Series& series : noise) {
    sigma = std::max(sigma, idle_sigma(series, doses));
    sizes.push_back(static_cast<double>(series.size.value));
  }
  double size = kUnknownSize;
  if (!sizes.empty()) {
    const auto middle =
        sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    size = std::max(*middle, 1.0);
  }
  limit.objects_per_connection =
      std::max(jitter_limit(sigma, 1, connections), kEnoughToSee / connections);
  limit.bytes_per_connection = limit.objects_per_connection * size;
  return limit;
}

Interval count_interval(double seen, double dispersion) {
  const double z = kZTwoSided;
  const double middle = seen + z * z * dispersion / 2;
  const double half =
      z * std::sqrt(dispersion * (seen + z * z * dispersion / 4));
  return {std::max(0.0, middle - half), middle + half};
}

}  // namespace tidemark
