#include "drivers/common/think.h"

#include <algorithm>
#include <cmath>

#include "drivers/common/draws.h"

namespace tidemark {
namespace {

constexpr double kMostMeans = 10;

}  // namespace

Duration draw_think(const ThinkTime& think, Random& random) {
  Duration drawn = think.mean;
  switch (think.distribution) {
    case ThinkTime::Distribution::kConstant:
      break;
    case ThinkTime::Distribution::kUniform: {
      // In floating point: the distance may be larger than Duration holds.
      const double low = static_cast<double>(think.min.count());
      const double high = static_cast<double>(think.max.count());
      if (!(high > low)) return std::max(think.min, Duration(0));
      const double at = low + (high - low + 1) * draw_unit(random);
      drawn = at >= high ? think.max : Duration(std::llround(std::floor(at)));
      break;
    }
    case ThinkTime::Distribution::kExponential: {
      const double means = std::min(draw_exponential(random), kMostMeans);
      const double ns = means * static_cast<double>(think.mean.count());
      constexpr double kLongest = 9.2e18;
      drawn = Duration(static_cast<Duration::rep>(std::min(ns, kLongest)));
      break;
    }
  }
  return std::max(drawn, Duration(0));
}

}  // namespace tidemark
