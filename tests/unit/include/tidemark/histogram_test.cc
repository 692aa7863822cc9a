// Histograms against sorted lists of what went in.
#include "tidemark/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "drivers/common/random.h"

namespace tidemark {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

double uniform(Random& random) {
  return static_cast<double>(random.next() >> 11) * 0x1p-53;
}

struct Shape {
  const char* name;
  std::function<double(Random&)> draw;  // nanoseconds
};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {
      {"uniform", [](Random& r) { return 1e3 + 1e9 * uniform(r); }},
      {"exponential",
       [](Random& r) { return 1e5 - 2e6 * std::log1p(-uniform(r)); }},
      {"log-normal",
       [](Random& r) {
         double sum = -6;
         for (int i = 0; i < 12; ++i) sum += uniform(r);
         return 5e5 * std::exp(1.5 * sum);
       }},
      {"two peaks",
       [](Random& r) {
         return uniform(r) < 0.99 ? 2e5 + 1e3 * uniform(r)
                                  : 9e9 + 1e9 * uniform(r);
       }},
      {"all alike", [](Random&) { return 123456789.0; }},
  };
  return all;
}

TEST(Histogram, EveryPercentileIsWithinAThousandth) {
  for (const Shape& shape : shapes()) {
    Random random(11);
    Histogram histogram;
    std::vector<std::int64_t> sorted;
    for (int i = 0; i < 20011; ++i) {
      const std::int64_t ns = std::clamp<std::int64_t>(
          static_cast<std::int64_t>(shape.draw(random)), 1000, 100000000000);
      sorted.push_back(ns);
      histogram.record(nanoseconds(ns));
    }
    std::sort(sorted.begin(), sorted.end());
    for (int tenths = 1; tenths <= 1000; ++tenths) {
      // Integers, so that the rank is exact: the least that so many reach.
      const std::size_t rank =
          (sorted.size() * static_cast<std::size_t>(tenths) + 999) / 1000;
      const double exact = static_cast<double>(sorted[rank - 1]);
      const double found = static_cast<double>(
          histogram.value_at_percentile(tenths / 10.0).count());
      ASSERT_NEAR(found, exact, exact * 0.001)
          << shape.name << " p" << tenths / 10.0;
    }
    EXPECT_EQ(histogram.min().count(), sorted.front());
    EXPECT_EQ(histogram.max().count(), sorted.back());
  }
}

TEST(Histogram, MeanAndDeviationAreThoseOfTheValues) {
  for (const Shape& shape : shapes()) {
    Random random(3);
    Histogram histogram;
    double sum = 0, squares = 0;
    const int count = 5000;
    for (int i = 0; i < count; ++i) {
      const double ns = std::floor(std::clamp(shape.draw(random), 1e3, 1e11));
      sum += ns;
      squares += ns * ns;
      histogram.record(nanoseconds(static_cast<std::int64_t>(ns)));
    }
    const double mean = sum / count;
    const double deviation =
        std::sqrt(std::max(0.0, squares / count - mean * mean));
    EXPECT_NEAR(static_cast<double>(histogram.mean().count()), mean,
                mean * 0.001);
    EXPECT_NEAR(static_cast<double>(histogram.stddev().count()), deviation,
                mean * 0.001 + deviation * 0.001)
        << shape.name;
  }
}

// The worked example of HdrHistogram's documentation and tests: a system that
// answers in 1 ms for 100 s and then stalls for 100 s (there in µs).
TEST(Histogram, AgreesWithHdrHistogramsOwnExample) {
  Histogram raw;
  raw.record_n(milliseconds(1), 10000);
  raw.record(seconds(100));
  EXPECT_EQ(raw.count(), 10001u);
  const double expected_mean = (10000.0 * 1e6 + 1e11) / 10001;
  EXPECT_NEAR(static_cast<double>(raw.mean().count()), expected_mean,
              expected_mean * 0.001);
  for (double p : {30.0, 99.0, 99.99})
    EXPECT_NEAR(to_seconds(raw.value_at_percentile(p)), 0.001, 1e-6) << p;
  for (double p : {99.999, 100.0})
    EXPECT_NEAR(to_seconds(raw.value_at_percentile(p)), 100, 0.1) << p;

  // As corrected for coordinated omission: one value each 10 ms meanwhile.
  Histogram corrected;
  corrected.record_n(milliseconds(1), 10000);
  for (int i = 1; i <= 10000; ++i) corrected.record(milliseconds(10) * i);
  EXPECT_EQ(corrected.count(), 20000u);
  EXPECT_NEAR(to_seconds(corrected.value_at_percentile(30)), 0.001, 1e-6);
  EXPECT_NEAR(to_seconds(corrected.value_at_percentile(50)), 0.001, 1e-6);
  EXPECT_NEAR(to_seconds(corrected.value_at_percentile(75)), 50, 0.05);
  EXPECT_NEAR(to_seconds(corrected.value_at_percentile(90)), 80, 0.08);
  EXPECT_NEAR(to_seconds(corrected.value_at_percentile(99)), 98, 0.098);
  EXPECT_NEAR(to_seconds(corrected.value_at_percentile(99.999)), 100, 0.1);
}

TEST(Histogram, APercentileIsAValueThatWasThere) {
  Histogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.record(milliseconds(i));
  EXPECT_NEAR(to_seconds(histogram.value_at_percentile(29)), 0.029, 29e-6);
  EXPECT_NEAR(to_seconds(histogram.value_at_percentile(29.1)), 0.030, 30e-6);
  EXPECT_EQ(histogram.value_at_percentile(0), milliseconds(1));
  EXPECT_EQ(histogram.value_at_percentile(-5), milliseconds(1));
  EXPECT_EQ(histogram.value_at_percentile(NAN), milliseconds(1));
  EXPECT_EQ(histogram.value_at_percentile(100), milliseconds(100));
  EXPECT_EQ(histogram.value_at_percentile(1e9), milliseconds(100));
}

TEST(Histogram, OneValueIsItsOwnEveryPercentile) {
  Histogram histogram;
  histogram.record(nanoseconds(123456789));
  for (double p : {0.0, 0.001, 50.0, 99.9, 100.0})
    EXPECT_EQ(histogram.value_at_percentile(p), nanoseconds(123456789));
}

TEST(Histogram, AnEmptyOneIsAllZeroes) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.min(), nanoseconds(0));
  EXPECT_EQ(histogram.max(), nanoseconds(0));
  EXPECT_EQ(histogram.mean(), nanoseconds(0));
  EXPECT_EQ(histogram.stddev(), nanoseconds(0));
  EXPECT_EQ(histogram.value_at_percentile(99), nanoseconds(0));
  EXPECT_EQ(histogram.data(), HistogramData());
  EXPECT_EQ(Histogram::from_data({}), histogram);
}

TEST(Histogram, WhatIsOutOfRangeIsClampedAndCounted) {
  Histogram histogram;
  histogram.record(nanoseconds(-5));
  histogram.record(nanoseconds(999));
  histogram.record_n(seconds(101), 3);
  histogram.record(microseconds(1));
  histogram.record(seconds(100));
  EXPECT_EQ(histogram.count(), 7u);
  EXPECT_EQ(histogram.below(), 2u);
  EXPECT_EQ(histogram.above(), 3u);
  EXPECT_EQ(histogram.min(), microseconds(1));
  EXPECT_EQ(histogram.max(), seconds(100));
  histogram.record(Duration::min());
  histogram.record(Duration::max());
  EXPECT_EQ(histogram.count(), 9u);
}

TEST(Histogram, MergedHalvesAreTheWhole) {
  Random random(5);
  Histogram whole, even, odd;
  for (int i = 0; i < 10000; ++i) {
    const nanoseconds value(random.below(2000000000));
    whole.record(value);
    (i % 2 == 0 ? even : odd).record(value);
  }
  EXPECT_NE(whole, even);
  even.merge(odd);
  EXPECT_EQ(whole, even);
  even.merge(Histogram());
  EXPECT_EQ(whole, even);
}

TEST(Histogram, DataIsTakenBackExactly) {
  for (const Shape& shape : shapes()) {
    Random random(8);
    Histogram histogram;
    for (int i = 0; i < 3000; ++i)
      histogram.record(
          nanoseconds(static_cast<std::int64_t>(shape.draw(random))));
    histogram.record(nanoseconds(1));
    histogram.record(seconds(1000));
    EXPECT_EQ(Histogram::from_data(histogram.data()), histogram) << shape.name;
  }
}

TEST(Histogram, ForeignDataIsNotBelieved) {
  HistogramData data{{{-7, 1}, {5000000, 2}, {1LL << 62, 1}}, 900, -4, 0, 0};
  const Histogram histogram = Histogram::from_data(data);
  EXPECT_EQ(histogram.count(), 4u);
  EXPECT_EQ(histogram.min(), microseconds(1));
  EXPECT_EQ(histogram.max(), seconds(100));
  EXPECT_EQ(histogram.data().slots[1], (HistogramSlot{4997120, 2}));
}

TEST(Histogram, TheDistributionIsPrintedAsHdrHistogramDoes) {
  Histogram histogram;
  histogram.record_n(milliseconds(1), 9);
  histogram.record(milliseconds(4));
  EXPECT_EQ(histogram.hgrm(),
            "       Value     Percentile TotalCount 1/(1-Percentile)\n"
            "\n"
            "       1.000 0.000000000000          9           1.00\n"
            "       1.000 0.100000000000          9           1.11\n"
            "       1.000 0.200000000000          9           1.25\n"
            "       1.000 0.300000000000          9           1.43\n"
            "       1.000 0.400000000000          9           1.67\n"
            "       1.000 0.500000000000          9           2.00\n"
            "       1.000 0.550000000000          9           2.22\n"
            "       1.000 0.600000000000          9           2.50\n"
            "       1.000 0.650000000000          9           2.86\n"
            "       1.000 0.700000000000          9           3.33\n"
            "       1.000 0.750000000000          9           4.00\n"
            "       1.000 0.775000000000          9           4.44\n"
            "       1.000 0.800000000000          9           5.00\n"
            "       1.000 0.825000000000          9           5.71\n"
            "       1.000 0.850000000000          9           6.67\n"
            "       1.000 0.875000000000          9           8.00\n"
            "       1.000 0.887500000000          9           8.89\n"
            "       1.000 0.900000000000          9          10.00\n"
            "       4.002 0.912500000000         10          11.43\n"
            "       4.002 1.000000000000         10\n"
            "#[Mean    =        1.300, StdDeviation   =        0.900]\n"
            "#[Max     =        4.002, Total count    =           10]\n"
            "#[Buckets =           27, SubBuckets     =         2048]\n");
}

TEST(Histogram, AnEmptyDistributionIsPrinted) {
  const std::string text = Histogram().hgrm();
  EXPECT_NE(text.find("Total count    =            0]"), std::string::npos);
}

}  // namespace
}  // namespace tidemark
