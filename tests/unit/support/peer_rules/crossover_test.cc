#include "tests/support/peer_rules/crossover.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

namespace tidemark {
namespace {

// The two blocks of the published vectors: each begins with one idle reading
// at zero; full dose 200.
using Level = std::function<double(double connections, double cycle)>;

std::vector<LevelReading> block(const std::vector<double>& doses,
                                const Level& level) {
  std::vector<LevelReading> readings{{level(0, 0), 0, 0}};
  double connections = 0;
  double cycle = 0;
  for (double dose : doses) {
    connections += dose;
    cycle += 1;
    readings.push_back({level(connections, cycle), connections, cycle});
  }
  return readings;
}

std::vector<double> phases(const std::vector<double>& doses) {
  std::vector<double> all;
  for (double dose : doses) all.insert(all.end(), 12, dose);
  return all;
}

std::vector<LevelReading> block1(const Level& level) {
  return block(phases({200, 0}), level);
}
std::vector<LevelReading> block2(const Level& level) {
  return block(phases({0, 100, 200}), level);
}

double odd(double cycle) { return static_cast<int>(cycle) % 2; }

TEST(Crossover, APlaneIsFoundExactly) {
  const auto level = [](double c, double k) { return 100 + 2 * c + 3 * k; };
  for (const auto& readings : {block1(level), block2(level)}) {
    const auto fit = fit_crossover(readings);
    ASSERT_TRUE(fit.has_value());
    EXPECT_NEAR(fit->beta, 2, 1e-9);
    EXPECT_NEAR(fit->gamma, 3, 1e-6);
  }
}

// Levels on a plane leave the least variance only, so that the standard errors
// are those of the readings' sums alone.
void expect_sums(const std::vector<LevelReading>& readings, double cc,
                 double kk, double ck) {
  const auto fit = fit_crossover(readings);
  ASSERT_TRUE(fit.has_value());
  const double det = cc * kk - ck * ck;
  EXPECT_NEAR(fit->se_beta / std::sqrt(1e-9 * kk / det), 1, 1e-9);
  EXPECT_NEAR(fit->se_gamma / std::sqrt(1e-9 * cc / det), 1, 1e-9);
}

TEST(Crossover, TheBlocksHaveThePublishedSums) {
  const auto level = [](double, double) { return 100.0; };
  EXPECT_EQ(block1(level).size(), 25u);
  EXPECT_EQ(block2(level).size(), 37u);
  expect_sums(block1(level), 16'265'600, 1'300, 130'000);
  expect_sums(block2(level), 48'602'702.7027027, 4'218, 421'800);
}

TEST(Crossover, OnePercentPerConnectionIsALeakInBothBlocks) {
  const auto level = [](double c, double k) { return 100 + c / 100 + odd(k); };
  const auto one = fit_crossover(block1(level));
  const auto two = fit_crossover(block2(level));
  ASSERT_TRUE(one && two);
  EXPECT_NEAR(one->beta, 0.010088, 5e-7);
  EXPECT_NEAR(one->se_beta, 0.000294, 5e-7);
  EXPECT_NEAR(one->gamma, -0.0088, 5e-5);
  EXPECT_NEAR(two->beta, 0.009939, 5e-7);
  EXPECT_NEAR(two->se_beta, 0.000205, 5e-7);
  EXPECT_GT(one->t_beta(), 3.5);
  EXPECT_GT(two->t_beta(), 2.5);
}

TEST(Crossover, GrowthPerCycleIsTimeAndNotConnections) {
  const auto level = [](double, double k) { return 100 + k + odd(k); };
  const auto one = fit_crossover(block1(level));
  const auto two = fit_crossover(block2(level));
  ASSERT_TRUE(one && two);
  EXPECT_NEAR(one->beta, 0.000088, 5e-7);
  EXPECT_NEAR(one->t_beta(), 0.30, 5e-3);
  EXPECT_NEAR(two->beta, -0.000061, 5e-7);
  EXPECT_NEAR(one->gamma, 0.9912, 5e-5);
  EXPECT_NEAR(one->t_gamma(), 30.1, 0.05);
  EXPECT_NEAR(two->gamma, 1.0061, 5e-5);
  EXPECT_NEAR(two->t_gamma(), 45.6, 0.05);
}

TEST(Crossover, WithoutIdleCyclesThereIsNoAnswer) {
  const auto level = [](double c, double) { return c; };
  EXPECT_FALSE(fit_crossover(block({200, 200, 200, 200}, level)));
  EXPECT_FALSE(fit_crossover(block({0, 0, 0, 0}, level)));
  EXPECT_FALSE(fit_crossover(block({200, 0}, level)));
}

}  // namespace
}  // namespace tidemark
