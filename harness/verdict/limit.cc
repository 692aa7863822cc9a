#include "harness/verdict/limit.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tidemark {
namespace {

constexpr double kZAlpha = 3.0902;  // 0.999
constexpr double kZPower = 1.2816;  // 0.9
// 99.9 % on both sides would be 3.2905. A run that stops as soon as it knows
// stops where there is a little too much by chance; calibrated.
constexpr double kZTwoSided = 3.7;
constexpr double kUnknownSize = 16;  // glibc's smallest step

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

// Of 99.9 % on both sides; Cornish and Fisher's expansion (Abramowitz and
// Stegun 26.7.5), good to 3 % from five degrees of freedom on.
double student_quantile(double freedom) {
  const double z = kZTwoSided;
  const double n = std::max(freedom, 4.0);
  const double z3 = z * z * z;
  const double z5 = z3 * z * z;
  const double z7 = z5 * z * z;
  return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n) +
         (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n);
}

}  // namespace

double upper_count(double seen) { return seen + 3 * std::sqrt(seen + 1) + 3; }

bool are_few(double seen, double connections) {
  constexpr double kFewConnections = 1000;
  constexpr double kThere = 20;  // survivors of what could be seen there
  const double telling =
      connections < kFewConnections ? kThere : kWantedLimit * connections;
  return upper_count(seen) <= telling;
}

double jitter_limit(double sigma, double readings, double connections) {
  if (connections <= 0) return 0;
  return (kZAlpha + kZPower) * 2 * sigma / (std::sqrt(readings) * connections);
}

DetectionLimit detection_limit(std::span<const Series> noise,
                               std::span<const DismissedBlocks> dismissed,
                               std::span<const Dose> doses) {
  DetectionLimit limit;
  double connections = 0;
  for (const Dose& dose : doses) connections += dose.connections;
  limit.connections = Count{std::llround(connections)};
  if (connections <= 0) return limit;
  double sigma = 0;
  std::vector<double> sizes;
  double most = 0;
  for (const Series& series : noise) {
    double survivors = 0;
    for (const Tally& ring : series.rings)
      survivors += static_cast<double>(ring.objects.value);
    if (are_few(survivors, connections)) most = std::max(most, survivors);
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
      std::max({jitter_limit(sigma, 1, connections), kEnoughToSee / connections,
                most > kDismissed ? upper_count(most) / connections : 0});
  limit.bytes_per_connection = limit.objects_per_connection * size;
  for (const DismissedBlocks& blocks : dismissed) {
    const double each = blocks.bytes / blocks.objects;
    limit.bytes_per_connection =
        std::max(limit.bytes_per_connection,
                 upper_count(blocks.objects) * each / connections);
  }
  return limit;
}

Interval count_interval(double seen, double dispersion, double freedom) {
  const double z = student_quantile(freedom);
  const double middle = seen + z * z * dispersion / 2;
  const double half =
      z * std::sqrt(dispersion * (seen + z * z * dispersion / 4));
  return {std::max(0.0, middle - half), middle + half};
}

}  // namespace tidemark
