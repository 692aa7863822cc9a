#include "harness/verdict/limit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "harness/verdict/judge.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

TEST(Limit, ThePublishedExampleGivesTwoPerThousand) {
  EXPECT_NEAR(jitter_limit(1, 3, 2400), 0.0021, 5e-5);
}

TEST(Limit, ItFallsWithTheConnectionsAndRisesWithTheJitter) {
  EXPECT_DOUBLE_EQ(jitter_limit(1, 1, 100) / 10, jitter_limit(1, 1, 1000));
  EXPECT_DOUBLE_EQ(jitter_limit(1, 1, 100) * 3, jitter_limit(3, 1, 100));
  EXPECT_EQ(jitter_limit(1, 1, 0), 0);
}

TEST(Limit, JitterInIdleCyclesRaisesIt) {
  FakeRun run(three_closes());
  const SiteId flight = run.site(1000, 1);
  const Judgement verdict =
      judge(run.play([&](FakeRun& r, const PlannedCycle&, double) {
        r.free_up_to(flight, 1000);
        r.born(flight, r.now() % 2 == 0 ? 18 : 1);
      }));
  // Levels over the idle block: 17 up and down.
  EXPECT_GT(verdict.limit.objects_per_connection, 12.0 / 1500);
  EXPECT_DOUBLE_EQ(verdict.limit.bytes_per_connection,
                   1000 * verdict.limit.objects_per_connection);
}

TEST(Limit, TheIntervalOfACountContainsItAndIsNeverNegative) {
  for (double seen : {0.0, 1.0, 15.0, 1500.0}) {
    const Interval interval = count_interval(seen, 1);
    EXPECT_GE(interval.low, 0);
    EXPECT_LE(interval.low, seen);
    EXPECT_GT(interval.high, seen);
  }
  EXPECT_GT(count_interval(8, 1).low, 0);
  // A score interval: the bound is 3.29 standard deviations off its own mean.
  const double high = count_interval(15, 1).high;
  EXPECT_NEAR((high - 15) / std::sqrt(high), 3.7, 1e-3);
}

}  // namespace
}  // namespace tidemark
