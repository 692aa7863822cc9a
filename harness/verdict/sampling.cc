#include "harness/verdict/sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace tidemark {
namespace {

double as_double(Bytes bytes) { return static_cast<double>(bytes.value); }
double as_double(Count count) { return static_cast<double>(count.value); }

// What one sampled block of that size adds to the estimate of the variance of
// the bytes.
double spread_of_a_sample(Bytes size, Bytes period) {
  const double p = sample_chance(size, period);
  if (p <= 0) return 0;
  return as_double(size) * as_double(size) * (1 - p) / (p * p);
}

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

// The mean at which P(X ≤ seen) is `tail`; it falls as the mean rises.
double mean_for(std::int64_t seen, double tail) {
  double low = 0;
  double high = static_cast<double>(seen) + 10;
  while (poisson_at_most(seen, high) > tail) high *= 2;
  // Until the two are neighbours as far as a double goes.
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (poisson_at_most(seen, middle) > tail ? low : high) = middle;
  }
  return (low + high) / 2;
}

// Towards nought; what no integer holds becomes the largest that there is.
std::int64_t truncated(double number) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  return number < static_cast<double>(kMost) ? static_cast<std::int64_t>(number)
                                             : kMost;
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

ProfileRecord scale_as_pprof(const ProfileRecord& sampled, Bytes period) {
  const auto [objects, bytes] = sampled;
  if (objects.value == 0 || bytes.value == 0) return {};
  if (period.value <= 1) return sampled;
  // Not expm1: the last digit is to be pprof's.
  const double average = as_double(bytes) / as_double(objects);
  const double scale = 1 / (1 - std::exp(-average / as_double(period)));
  return {{truncated(as_double(objects) * scale)},
          {truncated(as_double(bytes) * scale)}};
}

SampleEstimate estimate_all(std::span<const SizeCount> sampled, Bytes period) {
  SampleEstimate all;
  for (const auto& [size, objects] : sampled) {
    const double p = sample_chance(size, period);
    if (p <= 0) continue;
    const double n = as_double(objects);
    const double bytes = as_double(size);
    all.objects += n / p;
    all.bytes += n / p * bytes;
    all.objects_variance += n * (1 - p) / (p * p);
    all.bytes_variance += n * spread_of_a_sample(size, period);
  }
  return all;
}

double sampling_variance(std::span<const SizeCount> alive, Bytes period) {
  double sum = 0;
  for (const auto& [size, objects] : alive) {
    // Of so many blocks p are samples.
    sum += as_double(objects) * sample_chance(size, period) *
           spread_of_a_sample(size, period);
  }
  return sum;
}

double difference_variance(std::span<const SampledBlock> begin,
                           std::span<const SampledBlock> end, Bytes period) {
  std::map<std::uint64_t, Bytes> in_one;
  for (const SampledBlock& block : begin) in_one[block.id] = block.size;
  for (const SampledBlock& block : end) {
    if (in_one.erase(block.id) == 0) in_one[block.id] = block.size;
  }
  double sum = 0;
  for (const auto& [_, size] : in_one) sum += spread_of_a_sample(size, period);
  return sum;
}

Interval difference_variance_bounds(std::span<const SizeCount> begin,
                                    std::span<const SizeCount> end,
                                    Bytes period) {
  std::map<Bytes, std::pair<double, double>> samples;  // before, after
  for (const auto& [size, objects] : begin) {
    samples[size].first += as_double(objects);
  }
  for (const auto& [size, objects] : end) {
    samples[size].second += as_double(objects);
  }
  Interval bounds;
  for (const auto& [size, counts] : samples) {
    const double each = spread_of_a_sample(size, period);
    bounds.low += std::abs(counts.second - counts.first) * each;
    bounds.high += (counts.first + counts.second) * each;
  }
  return bounds;
}

Interval garwood(Count seen, double confidence) {
  const double tail = (1 - confidence) / 2;
  Interval interval;
  // P(X ≥ seen) at the lower bound is the tail, P(X ≤ seen) at the upper.
  if (seen.value > 0) interval.low = mean_for(seen.value - 1, 1 - tail);
  interval.high = mean_for(seen.value, tail);
  return interval;
}

Count connections_for_a_sample(Bytes each, Bytes period, double chance) {
  return {truncated(
      std::ceil(as_double(period) * -std::log1p(-chance) / as_double(each)))};
}

Count connections_for_deviation(Bytes size, Bytes period, double deviation) {
  const double p = sample_chance(size, period);
  return {truncated(std::ceil((1 - p) / p / (deviation * deviation)))};
}

}  // namespace tidemark
