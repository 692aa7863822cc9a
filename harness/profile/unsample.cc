#include "harness/profile/unsample.h"

#include <cmath>
#include <limits>

namespace tidemark {
namespace {

// Towards zero; what no whole number can be is the nearest one that can.
std::int64_t cut(double value) {
  constexpr double kMost = 9223372036854774784.0;  // below 2^63
  if (std::isnan(value)) return 0;
  if (value >= kMost) return std::numeric_limits<std::int64_t>::max();
  if (value <= -kMost) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

}  // namespace

SampledBlocks unsampled(SampledBlocks taken, std::int64_t rate) {
  if (taken.count == 0 || taken.bytes == 0) return {};
  if (rate <= 1) return taken;
  const double count = static_cast<double>(taken.count);
  const double bytes = static_cast<double>(taken.bytes);
  const double average = bytes / count;
  const double scale = 1 / (1 - std::exp(-average / static_cast<double>(rate)));
  return {cut(count * scale), cut(bytes * scale)};
}

}  // namespace tidemark
