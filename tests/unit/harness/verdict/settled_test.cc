#include "harness/verdict/settled.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// 100 blocks in two rings, of which so many are left after five seconds; the
// last of them went then.
Series watched(double last, Duration gone) {
  Series series;
  series.rings = {{Count{50}, Bytes{500}}, {Count{50}, Bytes{500}}};
  const Count left{static_cast<std::int64_t>(last) / 2};
  series.watched = {{left, Bytes{10 * left.value}},
                    {left, Bytes{10 * left.value}}};
  series.residue = {Count{100}, Bytes{1000}};
  series.replaced = 60;
  series.died = 7;
  series.warm = {{100, 90}};
  series.watch = Watch{100, last, seconds(5), std::nullopt, gone};
  return series;
}

TEST(Settled, WhatStandsStillIsWhatIsJudged) {
  const Series series = watched(40, seconds(1));
  EXPECT_FALSE(still_going(series));
  const Series settled = as_settled(series);
  EXPECT_EQ(settled.residue.objects, Count{40});
  EXPECT_EQ(settled.residue.bytes, Bytes{400});
  EXPECT_EQ(settled.rings[1].objects, Count{20});
  EXPECT_EQ(settled.replaced, 0);
  EXPECT_EQ(settled.died, 0);
  EXPECT_TRUE(settled.warm.empty());
}

TEST(Settled, WhatGoesOnGoingHasAHalfLife) {
  const auto half_life = still_going(watched(50, seconds(5)));
  ASSERT_TRUE(half_life);
  EXPECT_EQ(std::chrono::round<milliseconds>(*half_life), seconds(5));
  EXPECT_EQ(as_settled(watched(50, seconds(5))).residue.objects, Count{100});
}

TEST(Settled, AFewThatGoAreNoSign) {
  EXPECT_FALSE(still_going(watched(98, seconds(5))));
  Series unwatched = watched(50, seconds(5));
  unwatched.watch.reset();
  EXPECT_FALSE(still_going(unwatched));
  EXPECT_EQ(as_settled(unwatched).replaced, 60);
}

}  // namespace
}  // namespace tidemark
