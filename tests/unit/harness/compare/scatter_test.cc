#include "harness/compare/scatter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace tidemark {
namespace {

TEST(Scatter, TheTableIsStudentsAndNeverTooNarrow) {
  EXPECT_DOUBLE_EQ(student_t99(2), 9.925);
  EXPECT_DOUBLE_EQ(student_t999(1), 636.619);
  // Between rows, the next smaller one, which is wider.
  EXPECT_DOUBLE_EQ(student_t99(13), student_t99(12));
  EXPECT_DOUBLE_EQ(student_t999(1000), 3.373);
}

TEST(Scatter, OneRunOfEachHasNoInterval) {
  const std::vector<double> before{100};
  const std::vector<double> after{150};
  const Estimate change = relative_change(before, after, false);
  EXPECT_NEAR(change.value, 0.5, 1e-12);
  EXPECT_EQ(change.low, change.value);
  EXPECT_EQ(change.high, change.value);
}

// ln 100, ln 110 against ln 200, ln 220: means differ by ln 2, the pooled
// standard deviation is ln(1.1)/√2, so that the half width is
// 9.925 · 0.067395 · 1 = 0.66889.
TEST(Scatter, TheIntervalIsThatOfThePooledScatter) {
  const std::vector<double> before{100, 110};
  const std::vector<double> after{200, 220};
  const Estimate change = relative_change(before, after, false);
  EXPECT_NEAR(change.value, 1, 1e-9);
  EXPECT_NEAR(change.low, std::expm1(std::log(2.0) - 0.668892), 1e-4);
  EXPECT_NEAR(change.high, std::expm1(std::log(2.0) + 0.668892), 1e-4);
}

TEST(Scatter, RunsThatAgreeLeaveNothingOpen) {
  const std::vector<double> before{100, 100};
  const std::vector<double> after{103, 103};
  const Estimate change = relative_change(before, after, true);
  EXPECT_NEAR(change.low, 0.03, 1e-12);
  EXPECT_NEAR(change.high, 0.03, 1e-12);
}

TEST(Scatter, TheMedianOfTwoIsGeometric) {
  EXPECT_DOUBLE_EQ(median_of({400, 100}), 200);
  EXPECT_DOUBLE_EQ(median_of({9, 1, 4}), 4);
}

// The claim that is never to be made: a difference where there is none.
TEST(Scatter, TheSameVersionDiffersInOneOfAHundredPairs) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> speed(0, 0.3);
  for (const std::size_t rounds : {2U, 3U, 6U}) {
    int wrong = 0;
    constexpr int kPairs = 4000;
    for (int i = 0; i < kPairs; ++i) {
      std::vector<double> before;
      std::vector<double> after;
      for (std::size_t r = 0; r < rounds; ++r) {
        before.push_back(speed(random));
        after.push_back(speed(random));
      }
      const Estimate change = relative_change(before, after, false);
      if (change.low > 0 || change.high < 0) ++wrong;
    }
    EXPECT_LT(wrong, kPairs * 15 / 1000) << rounds;
    EXPECT_GT(wrong, kPairs * 4 / 1000) << rounds;
  }
}

}  // namespace
}  // namespace tidemark
