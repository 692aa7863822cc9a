#include "tests/support/peer_rules/sprt.h"

#include <gtest/gtest.h>

#include <random>

namespace tidemark {
namespace {

// The published numbers are of these rates, which are the defaults.
constexpr SprtPlan kPlan{1e-4, 1e-2, 1e-3, 1e-2};

TEST(Sprt, ThePublishedBounds) {
  EXPECT_EQ(SprtPlan{}, kPlan);
  EXPECT_NEAR(sprt_bounds(kPlan).leak, 6.8977, 5e-5);
  EXPECT_NEAR(sprt_bounds(kPlan).clean, -4.6042, 5e-5);
  EXPECT_NEAR(log_likelihood_ratio(kPlan, {0}, {1}), 4.6052, 5e-5);
}

TEST(Sprt, WithoutASurvivorItIsCleanAfter466Connections) {
  EXPECT_EQ(sprt(kPlan, {465}, {0}), SprtAnswer::kGoOn);
  EXPECT_EQ(sprt(kPlan, {466}, {0}), SprtAnswer::kClean);
  EXPECT_EQ(connections_until_clean(kPlan, {0}), Count{466});
}

TEST(Sprt, TwoSurvivorsAreALeakWithin233Connections) {
  EXPECT_EQ(sprt(kPlan, {233}, {2}), SprtAnswer::kLeak);
  EXPECT_EQ(sprt(kPlan, {234}, {2}), SprtAnswer::kGoOn);
  EXPECT_EQ(connections_while_leak(kPlan, {2}), Count{233});
}

TEST(Sprt, OneSurvivorDecidesNothingAtFirst) {
  EXPECT_EQ(sprt(kPlan, {1}, {1}), SprtAnswer::kGoOn);
  EXPECT_EQ(connections_while_leak(kPlan, {1}), std::nullopt);
  const Count clean = connections_until_clean(kPlan, {1});
  EXPECT_EQ(sprt(kPlan, clean - Count{1}, {1}), SprtAnswer::kGoOn);
  EXPECT_EQ(sprt(kPlan, clean, {1}), SprtAnswer::kClean);
}

// How often a service with so many survivors per connection is given that
// answer when it is asked after every cycle of 50, in 4,000 runs.
int answered(double rate, SprtAnswer wanted) {
  std::mt19937_64 random(7);
  std::poisson_distribution<std::int64_t> survivors(50 * rate);
  int times = 0;
  for (int run = 0; run < 4000; ++run) {
    SprtAnswer answer = SprtAnswer::kGoOn;
    Count connections, kept;
    while (answer == SprtAnswer::kGoOn) {
      connections += Count{50};
      kept += Count{survivors(random)};
      answer = sprt(kPlan, connections, kept);
    }
    if (answer == wanted) ++times;
  }
  return times;
}

TEST(Sprt, AskedAfterEveryCycleItKeepsItsErrorRates) {
  // 0.1 % of 4,000 are 4 and 1 % are 40; both with room for chance.
  EXPECT_LE(answered(kPlan.clean, SprtAnswer::kLeak), 12);
  EXPECT_LE(answered(kPlan.leak, SprtAnswer::kClean), 60);
  EXPECT_EQ(answered(1, SprtAnswer::kClean), 0);
}

}  // namespace
}  // namespace tidemark
