// Thinking times: their ends, their mean.
#include "drivers/common/think.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace tidemark {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using Distribution = ThinkTime::Distribution;

TEST(Think, AConstantIsItself) {
  Random random(1);
  EXPECT_EQ(
      draw_think({Distribution::kConstant, milliseconds(7), {}, {}}, random),
      milliseconds(7));
  EXPECT_EQ(draw_think({}, random), nanoseconds(0));
}

TEST(Think, UniformIncludesBothEnds) {
  Random random(1);
  const ThinkTime think{
      Distribution::kUniform, {}, nanoseconds(3), nanoseconds(6)};
  std::set<int> seen;
  for (int i = 0; i < 200; ++i)
    seen.insert(static_cast<int>(draw_think(think, random).count()));
  EXPECT_EQ(seen, (std::set<int>{3, 4, 5, 6}));
}

TEST(Think, UniformHasTheMiddleAsMean) {
  Random random(2);
  const ThinkTime think{
      Distribution::kUniform, {}, milliseconds(10), milliseconds(30)};
  double sum = 0;
  for (int i = 0; i < 20000; ++i) sum += to_seconds(draw_think(think, random));
  EXPECT_NEAR(sum / 20000, 0.020, 0.0002);
}

TEST(Think, AnEmptyRangeIsItsMinimum) {
  Random random(1);
  EXPECT_EQ(
      draw_think({Distribution::kUniform, {}, milliseconds(5), milliseconds(5)},
                 random),
      milliseconds(5));
  EXPECT_EQ(
      draw_think({Distribution::kUniform, {}, milliseconds(5), milliseconds(1)},
                 random),
      milliseconds(5));
}

TEST(Think, ExponentialHasItsMeanAndIsCapped) {
  Random random(3);
  const ThinkTime think{Distribution::kExponential, milliseconds(10), {}, {}};
  double sum = 0, longest = 0;
  const int count = 200000;
  for (int i = 0; i < count; ++i) {
    const double drawn = to_seconds(draw_think(think, random));
    sum += drawn;
    longest = std::max(longest, drawn);
  }
  EXPECT_NEAR(sum / count, 0.010, 0.0001);
  EXPECT_LE(longest, 0.1);
  EXPECT_GT(longest, 0.09);
}

TEST(Think, NeverIsItNegativeHoweverLargeTheNumbers) {
  Random random(4);
  for (Distribution distribution :
       {Distribution::kConstant, Distribution::kUniform,
        Distribution::kExponential}) {
    for (int i = 0; i < 100; ++i) {
      EXPECT_GE(draw_think({distribution, Duration::max(), Duration::min(),
                            Duration::max()},
                           random),
                Duration(0));
      EXPECT_GE(draw_think({distribution, Duration::min(), Duration::min(),
                            Duration(-1)},
                           random),
                Duration(0));
    }
  }
}

}  // namespace
}  // namespace tidemark
