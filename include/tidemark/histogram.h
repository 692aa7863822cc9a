// Durations by the million in a fixed space: an HDR histogram of three
// significant digits, from 1 µs to 100 s.
//
// Layout, as HdrHistogram has it for 1 … 10¹¹ ns and three digits: 27 buckets
// of 2048 slots, each twice as wide as the one before; the lower half of all
// but the first would repeat the bucket before and is left out.
//
//   value 5,000,000 = 0b10011000100101101000000: 23 binary digits
//   bucket 23 - 11 = 12, slot 5,000,000 >> 12 = 1220
//   index 12 × 1024 + 1220 = 13508, for 4,997,120 … 5,001,215
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tidemark/units.h"

namespace tidemark {

// So many values that are equal to three digits; `value` is the least of
// them, in nanoseconds.
struct HistogramSlot {
  std::int64_t value = 0;
  std::uint64_t count = 0;

  bool operator==(const HistogramSlot&) const = default;
};

// A histogram without its empty slots: what is written and sent.
struct HistogramData {
  std::vector<HistogramSlot> slots;  // ascending
  std::int64_t min = 0;              // exact; 0 if there are no slots
  std::int64_t max = 0;
  std::uint64_t below = 0;
  std::uint64_t above = 0;

  bool operator==(const HistogramData&) const = default;
};

// One thread at a time. Space is taken once, 224 KiB.
class Histogram {
 public:
  static constexpr Duration kLeast = std::chrono::microseconds(1);
  static constexpr Duration kMost = std::chrono::seconds(100);

  Histogram() : counts_(kSlots, 0) {}

  // What is out of range counts as the nearest end of it, and in below() or
  // above(), too.
  void record(Duration value) { record_n(value, 1); }
  void record_n(Duration value, std::uint64_t n) {
    std::int64_t ns = value.count();
    if (ns < kLeast.count()) [[unlikely]] {
      ns = kLeast.count();
      below_ += n;
    } else if (ns > kMost.count()) [[unlikely]] {
      ns = kMost.count();
      above_ += n;
    }
    counts_[index_of(ns)] += n;
    count_ += n;
    if (n == 0) return;
    min_ = std::min(min_, ns);
    max_ = std::max(max_, ns);
  }

  // The histogram of both: exactly what recording all into one had given.
  void merge(const Histogram& other) {
    for (std::size_t i = 0; i < kSlots; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    below_ += other.below_;
    above_ += other.above_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
  }

  void clear() { *this = Histogram(); }

  std::uint64_t count() const { return count_; }
  std::uint64_t below() const { return below_; }  // less than kLeast
  std::uint64_t above() const { return above_; }  // more than kMost

  // Exact, within the range; 0 of an empty histogram, as all that follow.
  Duration min() const { return Duration(count_ == 0 ? 0 : min_); }
  Duration max() const { return Duration(max_); }

  // The least value that `percentile` of all do not exceed, to three digits;
  // never more than max(). 50 is the median, <= 0 is min(), >= 100 max().
  Duration value_at_percentile(double percentile) const;

  // To three digits, of the slots' middles.
  Duration mean() const { return Duration(std::llround(mean_ns())); }
  Duration stddev() const { return Duration(std::llround(stddev_ns())); }

  HistogramData data() const;

  // What data() gave is taken back exactly; values in between are taken by
  // the slot that they belong to.
  static Histogram from_data(const HistogramData& data);

  // HdrHistogram's percentile distribution (.hgrm), five steps to each half
  // distance; values in units of `unit`.
  std::string hgrm(Duration unit = std::chrono::milliseconds(1)) const;

  bool operator==(const Histogram&) const = default;

 private:
  static constexpr int kDigits = 11;  // binary, of a slot's number
  static constexpr std::size_t kBuckets = 27;
  static constexpr std::size_t kHalf = std::size_t{1} << (kDigits - 1);
  static constexpr std::size_t kSlots = (kBuckets + 1) * kHalf;

  static std::size_t index_of(std::int64_t ns) {
    const std::uint64_t value = static_cast<std::uint64_t>(ns);
    const int bucket = std::bit_width(value | (2 * kHalf - 1)) - kDigits;
    return static_cast<std::size_t>(bucket) * kHalf +
           static_cast<std::size_t>(value >> bucket);
  }
  static int bucket_of(std::size_t index) {
    return index < 2 * kHalf ? 0 : static_cast<int>(index / kHalf) - 1;
  }
  // The least value of a slot, the first past it, and its middle.
  static std::int64_t least_of(std::size_t index) {
    const int bucket = bucket_of(index);
    return static_cast<std::int64_t>(index -
                                     static_cast<std::size_t>(bucket) * kHalf)
           << bucket;
  }
  static std::int64_t greatest_of(std::size_t index) {
    return least_of(index) + (std::int64_t{1} << bucket_of(index)) - 1;
  }
  static double middle_of(std::size_t index) {
    return static_cast<double>(least_of(index) +
                               ((std::int64_t{1} << bucket_of(index)) >> 1));
  }

  double mean_ns() const;
  double stddev_ns() const;

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t below_ = 0;
  std::uint64_t above_ = 0;
  std::int64_t min_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t max_ = 0;
};

inline Duration Histogram::value_at_percentile(double percentile) const {
  if (count_ == 0 || !(percentile > 0)) return min();
  if (percentile >= 100) return max();
  // 29 % of 100 are 29 values, though 0.29 * 100 > 29: step back by what the
  // arithmetic may have added.
  const double wanted =
      std::nextafter(percentile, 0.0) / 100 * static_cast<double>(count_);
  const std::uint64_t rank =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(wanted)));
  std::uint64_t seen = 0;
  for (std::size_t i = index_of(min_); i < kSlots; ++i) {
    seen += counts_[i];
    if (seen >= rank) return Duration(std::clamp(greatest_of(i), min_, max_));
  }
  return max();
}

inline double Histogram::mean_ns() const {
  if (count_ == 0) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < kSlots; ++i)
    if (counts_[i] != 0) sum += middle_of(i) * static_cast<double>(counts_[i]);
  return sum / static_cast<double>(count_);
}

inline double Histogram::stddev_ns() const {
  if (count_ == 0) return 0;
  const double mean = mean_ns();
  double sum = 0;
  for (std::size_t i = 0; i < kSlots; ++i) {
    if (counts_[i] == 0) continue;
    const double off = middle_of(i) - mean;
    sum += off * off * static_cast<double>(counts_[i]);
  }
  return std::sqrt(sum / static_cast<double>(count_));
}

inline HistogramData Histogram::data() const {
  HistogramData data{{}, min().count(), max_, below_, above_};
  for (std::size_t i = 0; i < kSlots; ++i)
    if (counts_[i] != 0) data.slots.push_back({least_of(i), counts_[i]});
  return data;
}

inline Histogram Histogram::from_data(const HistogramData& data) {
  Histogram histogram;
  for (const HistogramSlot& slot : data.slots)
    histogram.record_n(Duration(slot.value), slot.count);
  // A slot's least value may be under the range though its values were not.
  histogram.below_ = data.below;
  histogram.above_ = data.above;
  if (histogram.count_ == 0) return histogram;
  // Only what fits the slots is believed.
  const std::size_t first = index_of(histogram.min_);
  const std::size_t last = index_of(histogram.max_);
  if (data.min >= kLeast.count() && data.min <= greatest_of(first))
    histogram.min_ = std::max(data.min, histogram.min_);
  if (data.max >= histogram.min_)
    histogram.max_ = std::clamp(data.max, least_of(last), greatest_of(last));
  return histogram;
}

inline std::string Histogram::hgrm(Duration unit) const {
  constexpr double kTicksPerHalf = 5;
  const double scale = static_cast<double>(unit.count());
  std::string text =
      fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile",
                  "TotalCount", "1/(1-Percentile)");
  const auto line = [&](std::size_t slot, double level, std::uint64_t seen) {
    text += fmt::format("{:12.3f} {:2.12f} {:10d}",
                        static_cast<double>(greatest_of(slot)) / scale,
                        level / 100, seen);
    if (level < 100) text += fmt::format(" {:14.2f}", 1 / (1 - level / 100));
    text += '\n';
  };
  double level = 0;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kSlots && seen < count_; ++i) {
    if (counts_[i] == 0) continue;
    seen += counts_[i];
    const double reached =
        100 * static_cast<double>(seen) / static_cast<double>(count_);
    // A slot may stand for many steps; the last slot for one and for 100 %.
    while (level < 100 && reached >= level) {
      line(i, level, seen);
      const double halves = std::floor(std::log2(100 / (100 - level))) + 1;
      level += 100 / (kTicksPerHalf * std::exp2(halves));
      if (seen == count_) break;
    }
    if (seen == count_) line(i, 100, seen);
  }
  text += fmt::format("#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n",
                      mean_ns() / scale, stddev_ns() / scale);
  const std::int64_t highest = count_ == 0 ? 0 : greatest_of(index_of(max_));
  text += fmt::format("#[Max     = {:12.3f}, Total count    = {:12d}]\n",
                      static_cast<double>(highest) / scale, count_);
  text += fmt::format("#[Buckets = {:12d}, SubBuckets     = {:12d}]\n",
                      kBuckets, 2 * kHalf);
  return text;
}

}  // namespace tidemark
