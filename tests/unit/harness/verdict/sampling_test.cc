#include "harness/verdict/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace tidemark {
namespace {

constexpr Bytes kPeriod{512 << 10};

TEST(Sampling, TheChanceOfASampleFollowsTheSize) {
  EXPECT_NEAR(sample_chance({64}, kPeriod), 0.000122, 5e-7);
  EXPECT_NEAR(sample_chance({1 << 10}, kPeriod), 0.00195, 5e-6);
  EXPECT_NEAR(sample_chance({16 << 10}, kPeriod), 0.0308, 5e-5);
  EXPECT_NEAR(sample_chance({256 << 10}, kPeriod), 0.393, 5e-4);
  EXPECT_EQ(sample_chance({1}, {1}), 1);
}

TEST(Sampling, OnlyBlocksOfASizeAreSampled) {
  EXPECT_EQ(sample_chance(MemoryKind::kHeap, {1 << 10}, kPeriod),
            sample_chance({1 << 10}, kPeriod));
  EXPECT_EQ(sample_chance(MemoryKind::kThread, {2 << 10}, kPeriod), 1);
  EXPECT_EQ(sample_chance(MemoryKind::kHeap, {}, kPeriod), 1);
}

TEST(Sampling, AMeanThatReachesACountIsAboveIt) {
  // Half of the 95 % quantile of χ² with twice as many degrees of freedom.
  EXPECT_NEAR(mean_that_reaches(1, 0.95), -std::log(0.05), 1e-9);
  EXPECT_NEAR(mean_that_reaches(40, 0.95), 101.879 / 2, 1e-3);
  EXPECT_NEAR(mean_that_reaches(40, 0.5), 39.67, 0.01);
}

TEST(Sampling, AMeanReachesItsCountAsOftenAsItSays) {
  std::mt19937_64 random(11);
  std::poisson_distribution<int> count(mean_that_reaches(40, 0.95));
  int reached = 0;
  for (int i = 0; i < 10'000; ++i) reached += count(random) >= 40;
  EXPECT_NEAR(reached, 9'500, 100);
}

}  // namespace
}  // namespace tidemark
