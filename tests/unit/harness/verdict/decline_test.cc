#include "harness/verdict/decline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace tidemark {
namespace {

std::vector<GrowthStep> steps_of(int cycles, double (*rate)(double x)) {
  std::vector<GrowthStep> steps;
  for (int i = 0; i < cycles; ++i)
    steps.push_back({200, std::round(200 * rate(200.0 * (i + 0.5)))});
  return steps;
}

TEST(Decline, ASteadyRateIsNoDecline) {
  const Decline decline = decline_of(steps_of(20, [](double) { return 0.1; }));
  EXPECT_LT(decline.z, 0.5);
  EXPECT_NEAR(decline.dispersion, 1, 1e-9);
}

TEST(Decline, ACacheThatFillsRunsOut) {
  const Decline decline =
      decline_of(steps_of(20, [](double x) { return std::exp(-x / 500); }));
  EXPECT_GT(decline.z, 5);
  EXPECT_LT(decline.steady_z, 1);
}

TEST(Decline, APowerLawRunsOutToo) {
  const Decline decline =
      decline_of(steps_of(30, [](double x) { return 100 / (x + 100); }));
  EXPECT_GT(decline.z, 5);
  EXPECT_LT(decline.steady_z, 4.5);
}

TEST(Decline, ALeakBesideACacheIsToldFromTheCache) {
  const Decline decline = decline_of(
      steps_of(30, [](double x) { return std::exp(-x / 500) + 0.1; }));
  EXPECT_GT(decline.z, 5);
  EXPECT_GT(decline.steady_z, 5);
}

TEST(Decline, ClumpsAreLessEvidenceThanAsManySingles) {
  std::vector<GrowthStep> singles =
      steps_of(20, [](double x) { return 0.2 * std::exp(-x / 3000); });
  std::vector<GrowthStep> clumps = singles;
  for (std::size_t i = 0; i < clumps.size(); ++i)
    clumps[i].objects = i % 2 == 0 ? 2 * singles[i].objects : 0;
  EXPECT_GT(decline_of(clumps).dispersion, 3);
  EXPECT_LT(decline_of(clumps).z, decline_of(singles).z);
}

TEST(Decline, NothingIsSaidOfTwoSteps) {
  EXPECT_EQ(decline_of(steps_of(2, [](double) { return 1.0; })).z, 0);
  EXPECT_EQ(decline_of({}).z, 0);
}

// A rate that does not fall is taken for one that does as seldom as the
// standard deviations promise.
TEST(Decline, ChanceAloneSeldomLooksLikeOne) {
  std::mt19937_64 random(7);
  int beyond = 0;
  for (int run = 0; run < 400; ++run) {
    std::vector<GrowthStep> steps;
    for (int i = 0; i < 20; ++i)
      steps.push_back({200, static_cast<double>(
                                std::poisson_distribution<int>(4)(random))});
    if (decline_of(steps).z > 2.5) ++beyond;
  }
  EXPECT_LE(beyond, 8);
}

}  // namespace
}  // namespace tidemark
