#include "harness/verdict/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace tidemark {
namespace {

constexpr Bytes kPeriod{512 << 10};

struct Row {
  ProfileRecord sampled;
  ProfileRecord scaled;
};

void expect_scaled(const std::vector<Row>& rows) {
  for (const auto& [sampled, scaled] : rows) {
    const ProfileRecord got = scale_as_pprof(sampled, kPeriod);
    EXPECT_EQ(got.objects, scaled.objects)
        << sampled.objects.value << ":" << sampled.bytes.value;
    EXPECT_EQ(got.bytes, scaled.bytes)
        << sampled.objects.value << ":" << sampled.bytes.value;
  }
}

TEST(Sampling, PprofsOwnRowsOfACppHeap) {
  expect_scaled({{{{1}, {9216}}, {{57}, {528909}}},
                 {{{1}, {144}}, {{3641}, {524360}}},
                 {{{7}, {114688}}, {{227}, {3727658}}},
                 {{{1}, {1792}}, {{293}, {525184}}},
                 {{{13}, {319488}}, {{283}, {6976735}}},
                 {{{1}, {2162688}}, {{1}, {2198218}}},
                 {{{1}, {48}}, {{10923}, {524312}}},
                 {{{1}, {262144}}, {{2}, {666237}}},
                 {{{16}, {327680}}, {{417}, {8553514}}},
                 {{{47}, {1925120}}, {{625}, {25616628}}},
                 {{{2}, {131072}}, {{17}, {1115476}}}});
}

TEST(Sampling, PprofsOwnRowsOfAGoHeap) {
  // In use, and all that was ever allocated.
  expect_scaled({{{{1}, {524288}}, {{1}, {829411}}},
                 {{{3}, {1572864}}, {{4}, {2488234}}},
                 {{{1}, {10240}}, {{51}, {529424}}},
                 {{{642}, {6574080}}, {{33192}, {339890635}}},
                 {{{1}, {288}}, {{1820}, {524432}}},
                 {{{2}, {296}}, {{7085}, {1048724}}},
                 {{{0}, {0}}, {{0}, {0}}},
                 {{{1}, {16}}, {{32768}, {524296}}}});
}

TEST(Sampling, WithAPeriodOfOneNothingIsScaled) {
  const ProfileRecord record{{3}, {300}};
  EXPECT_EQ(scale_as_pprof(record, {1}), record);
  EXPECT_EQ(scale_as_pprof(record, {0}), record);
  EXPECT_EQ(scale_as_pprof({{0}, {300}}, {1}), ProfileRecord{});
  EXPECT_EQ(sample_chance({1}, {1}), 1);
}

TEST(Sampling, WhatNoIntegerHoldsIsTheLargestOne) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(scale_as_pprof({{kMost}, {kMost}}, kPeriod),
            (ProfileRecord{{kMost}, {kMost}}));
  EXPECT_EQ(connections_for_a_sample({1}, {kMost}), Count{kMost});
}

TEST(Sampling, TheChanceOfASampleFollowsTheSize) {
  EXPECT_NEAR(sample_chance({64}, kPeriod), 0.000122, 5e-7);
  EXPECT_NEAR(sample_chance({1 << 10}, kPeriod), 0.00195, 5e-6);
  EXPECT_NEAR(sample_chance({16 << 10}, kPeriod), 0.0308, 5e-5);
  EXPECT_NEAR(sample_chance({256 << 10}, kPeriod), 0.393, 5e-4);
}

TEST(Sampling, SizesAreUnbiasedOneByOneAndNotByTheirAverage) {
  // One sample of 64 B and one of 1 MiB on one stack.
  const std::vector<SizeCount> sampled{{{64}, {1}}, {{1 << 20}, {1}}};
  const SampleEstimate all = estimate_all(sampled, kPeriod);
  EXPECT_NEAR(all.objects, 8192.5 + 1.1565, 1e-3);
  EXPECT_NEAR(all.bytes, 8192.5 * 64 + 1.1565 * (1 << 20), 100);
  // By the average size there are three blocks in all.
  const ProfileRecord by_average =
      scale_as_pprof({{2}, {64 + (1 << 20)}}, kPeriod);
  EXPECT_EQ(by_average.objects, Count{3});
}

// What a profile of that heap would hold, many times: the estimates and the
// estimated variances of all runs.
struct Trials {
  double mean = 0;
  double variance = 0;
  double mean_of_variances = 0;
};

Trials play(const std::vector<SizeCount>& heap, int runs) {
  std::mt19937_64 random(11);
  std::vector<double> estimates;
  Trials trials;
  for (int run = 0; run < runs; ++run) {
    std::vector<SizeCount> sampled;
    for (const auto& [size, objects] : heap) {
      std::binomial_distribution<std::int64_t> taken(
          objects.value, sample_chance(size, kPeriod));
      sampled.push_back({size, {taken(random)}});
    }
    const SampleEstimate all = estimate_all(sampled, kPeriod);
    estimates.push_back(all.bytes);
    trials.mean += all.bytes / runs;
    trials.mean_of_variances += all.bytes_variance / runs;
  }
  for (const double bytes : estimates) {
    trials.variance +=
        (bytes - trials.mean) * (bytes - trials.mean) / (runs - 1);
  }
  return trials;
}

TEST(Sampling, EstimatesAreUnbiasedAndScatterAsTheySay) {
  const std::vector<SizeCount> heap{
      {{64}, {40000}}, {{4096}, {3000}}, {{1 << 18}, {40}}, {{1 << 22}, {3}}};
  double bytes = 0;
  for (const auto& [size, objects] : heap) {
    bytes += static_cast<double>(size.value * objects.value);
  }
  const double variance = sampling_variance(heap, kPeriod);
  const Trials trials = play(heap, 4000);
  // Four standard errors of a mean, and of a variance, of 4,000.
  EXPECT_NEAR(trials.mean, bytes, 4 * std::sqrt(variance / 4000));
  EXPECT_NEAR(trials.variance / variance, 1, 0.1);
  EXPECT_NEAR(trials.mean_of_variances / variance, 1, 0.05);
}

TEST(Sampling, SmallBlocksScatterByThePeriodAndLargeOnesNotAtAll) {
  const double period = static_cast<double>(kPeriod.value);
  const std::vector<SizeCount> small{{{64}, {1000}}};
  EXPECT_NEAR(sampling_variance(small, kPeriod) / (period * 64000), 1, 1e-3);
  const std::vector<SizeCount> large{{{64 << 20}, {1000}}};
  EXPECT_NEAR(std::sqrt(sampling_variance(large, kPeriod)), 0, 1);
  // m samples of one size: the relative deviation is √((1 − p) / m).
  const std::vector<SizeCount> nine{{{16 << 10}, {9}}};
  const SampleEstimate all = estimate_all(nine, kPeriod);
  const double p = sample_chance({16 << 10}, kPeriod);
  EXPECT_NEAR(std::sqrt(all.bytes_variance) / all.bytes, std::sqrt((1 - p) / 9),
              1e-12);
}

TEST(Sampling, ABlockInBothProfilesAddsNothingToTheirDifference) {
  const std::vector<SampledBlock> begin{{1, {64}}, {2, {64}}, {3, {4096}}};
  const std::vector<SampledBlock> same = begin;
  EXPECT_EQ(difference_variance(begin, same, kPeriod), 0);
  // One went, two came.
  const std::vector<SampledBlock> end{
      {1, {64}}, {3, {4096}}, {4, {64}}, {5, {64}}};
  const std::vector<SizeCount> three{{{64}, {3}}};
  EXPECT_DOUBLE_EQ(difference_variance(begin, end, kPeriod),
                   estimate_all(three, kPeriod).bytes_variance);
}

TEST(Sampling, WithoutIdsTheDifferenceHasBounds) {
  const std::vector<SizeCount> begin{{{64}, {5}}, {{4096}, {2}}};
  const std::vector<SizeCount> end{{{64}, {9}}};
  const Interval bounds = difference_variance_bounds(begin, end, kPeriod);
  const std::vector<SizeCount> growth{{{64}, {4}}, {{4096}, {2}}};
  const std::vector<SizeCount> turnover{{{64}, {14}}, {{4096}, {2}}};
  EXPECT_DOUBLE_EQ(bounds.low, estimate_all(growth, kPeriod).bytes_variance);
  EXPECT_DOUBLE_EQ(bounds.high, estimate_all(turnover, kPeriod).bytes_variance);
  // Small blocks: so many samples, each R² bytes².
  const double period = static_cast<double>(kPeriod.value);
  const std::vector<SizeCount> five{{{16}, {5}}}, nine{{{16}, {9}}};
  const Interval samples = difference_variance_bounds(five, nine, kPeriod);
  EXPECT_NEAR(samples.low / period / period, 4, 1e-3);
  EXPECT_NEAR(samples.high / period / period, 14, 1e-3);
}

TEST(Sampling, TheVarianceWithIdsIsWithinTheBoundsWithout) {
  std::mt19937_64 random(3);
  for (int run = 0; run < 200; ++run) {
    std::vector<SampledBlock> begin, end;
    std::vector<SizeCount> begin_sizes, end_sizes;
    for (std::uint64_t id = 0; id < 40; ++id) {
      const Bytes size{std::int64_t{64} << (4 * (random() % 3))};
      const auto fate = random() % 4;
      if (fate != 0) begin.push_back({id, size});
      if (fate != 0) begin_sizes.push_back({size, {1}});
      if (fate != 1) end.push_back({id, size});
      if (fate != 1) end_sizes.push_back({size, {1}});
    }
    const Interval bounds =
        difference_variance_bounds(begin_sizes, end_sizes, kPeriod);
    const double known = difference_variance(begin, end, kPeriod);
    EXPECT_LE(bounds.low, known * (1 + 1e-9));
    EXPECT_GE(bounds.high, known * (1 - 1e-9));
  }
}

// Small blocks at the default period: half a MiB for each sample.
Interval mebibytes(std::int64_t samples) {
  const Interval mean = garwood({samples});
  return {mean.low / 2, mean.high / 2};
}

TEST(Sampling, GarwoodsIntervalsInMebibytes) {
  const auto expect = [](std::int64_t samples, double low, double high,
                         double digits) {
    EXPECT_NEAR(mebibytes(samples).low, low, digits) << samples;
    EXPECT_NEAR(mebibytes(samples).high, high, digits) << samples;
  };
  expect(0, 0, 1.84, 0.005);
  expect(1, 0.01, 2.79, 0.005);
  expect(3, 0.31, 4.38, 0.005);
  expect(10, 2.4, 9.2, 0.05);
  expect(100, 40.7, 60.8, 0.05);
}

TEST(Sampling, GarwoodsIntervalHoldsForManyAndForOtherConfidences) {
  const Interval million = garwood({1'000'000});
  EXPECT_NEAR(million.low, 998'041, 1);
  EXPECT_NEAR(million.high, 1'001'962, 1);
  EXPECT_NEAR(garwood({0}, 0.999).high, -std::log(0.0005), 1e-9);
  EXPECT_EQ(garwood({0}, 0.999).low, 0);
}

TEST(Sampling, ThePowerTable) {
  const auto expect = [](std::int64_t size, std::int64_t one,
                         std::int64_t tenth) {
    EXPECT_EQ(connections_for_a_sample({size}, kPeriod), Count{one}) << size;
    EXPECT_EQ(connections_for_deviation({size}, kPeriod, 0.1), Count{tenth})
        << size;
  };
  expect(64, 37'726, 819'151);
  expect(1 << 10, 2'358, 51'151);
  expect(16 << 10, 148, 3'151);
  expect(256 << 10, 10, 155);
}

}  // namespace
}  // namespace tidemark
