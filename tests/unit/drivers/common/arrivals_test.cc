// Schedules of arrivals: how many, where, and how even.
#include "drivers/common/arrivals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace tidemark {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

StressSpec constant(double rate, Duration duration) {
  StressSpec spec;
  spec.rate = rate;
  spec.duration = duration;
  return spec;
}

StressSpec ramping(double start, std::vector<RateStage> stages) {
  StressSpec spec;
  spec.executor = Executor::kRampingArrivalRate;
  spec.start = start;
  spec.stages = std::move(stages);
  return spec;
}

std::vector<double> all_of(const StressSpec& spec, std::uint64_t seed = 1) {
  Arrivals arrivals(spec, seed);
  std::vector<double> times;
  while (const std::optional<Duration> at = arrivals.next())
    times.push_back(to_seconds(*at));
  EXPECT_EQ(arrivals.next(), std::nullopt);
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  return times;
}

TEST(Arrivals, AConstantRateIsEvenlySpacedFromTheStart) {
  const std::vector<double> times = all_of(constant(4, seconds(2)));
  EXPECT_EQ(times,
            (std::vector<double>{0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75}));
}

TEST(Arrivals, FractionalAndVeryLowRatesAreExact) {
  EXPECT_EQ(all_of(constant(0.1, seconds(30))),
            (std::vector<double>{0, 10, 20}));
  EXPECT_EQ(all_of(constant(1.0 / 3600, hours(3))),
            (std::vector<double>{0, 3600, 7200}));
  EXPECT_EQ(all_of(constant(0.4, seconds(6))),
            (std::vector<double>{0, 2.5, 5}));
  EXPECT_EQ(all_of(constant(1e-6, seconds(1))), (std::vector<double>{0}));
}

TEST(Arrivals, AHighRateDoesNotDrift) {
  const double rate = 123457;
  const std::vector<double> times = all_of(constant(rate, seconds(20)));
  ASSERT_EQ(times.size(), 2469140u);
  for (std::size_t i = 0; i < times.size(); i += 1000)
    ASSERT_NEAR(times[i], static_cast<double>(i) / rate, 1e-9);
}

TEST(Arrivals, CountsOfConstantRatesAreTheirIntegrals) {
  for (int tenths = 1; tenths <= 300; ++tenths)
    for (int length = 1; length <= 10; ++length)
      ASSERT_EQ(static_cast<int>(
                    all_of(constant(tenths / 10.0, seconds(length))).size()),
                (tenths * length + 9) / 10)
          << tenths << " " << length;
}

TEST(Arrivals, WithoutARateOrADurationThereAreNone) {
  EXPECT_TRUE(all_of(constant(0, seconds(5))).empty());
  EXPECT_TRUE(all_of(constant(5, seconds(0))).empty());
  EXPECT_TRUE(all_of(constant(-1, seconds(5))).empty());
  EXPECT_TRUE(all_of(constant(NAN, seconds(5))).empty());
  EXPECT_TRUE(all_of(ramping(5, {})).empty());
  StressSpec connections = constant(0, seconds(5));
  connections.executor = Executor::kConstantConnections;
  EXPECT_TRUE(all_of(connections).empty());
}

TEST(Arrivals, ConnectionsMayShareARate) {
  StressSpec spec = constant(2, seconds(2));
  spec.executor = Executor::kConstantConnections;
  EXPECT_EQ(all_of(spec).size(), 4u);
  spec.executor = Executor::kRampingConnections;
  spec.stages = {{seconds(1), 10}, {seconds(2), 0}};
  EXPECT_EQ(all_of(spec).size(), 6u);
}

TEST(Arrivals, OnARampTheNthIsWhereTheIntegralReachesN) {
  // Rate t up to 10/s at 10 s: the integral is t²/2.
  const std::vector<double> times = all_of(ramping(0, {{seconds(10), 10}}));
  ASSERT_EQ(times.size(), 50u);
  for (std::size_t i = 0; i < times.size(); ++i)
    EXPECT_NEAR(times[i], std::sqrt(2.0 * static_cast<double>(i + 1)), 1e-8);
}

TEST(Arrivals, StagesRampDownJumpAndRest) {
  const StressSpec spec = ramping(10, {{seconds(2), 0},     // 10
                                       {seconds(5), 0},     // 10, a pause
                                       {seconds(0), 20},    // a jump
                                       {seconds(1), 20},    // 30
                                       {seconds(4), 10}});  // 90
  const std::vector<double> times = all_of(spec);
  ASSERT_EQ(times.size(), 90u);
  EXPECT_NEAR(times[9], 2, 1e-6);
  EXPECT_NEAR(times[10], 7.05, 1e-8);
  EXPECT_NEAR(times[29], 8, 1e-8);
  EXPECT_NEAR(times[89], 12, 1e-8);
  // Between: the integral at each is its number.
  for (std::size_t i = 30; i < 90; ++i) {
    const double u = times[i] - 8;
    EXPECT_NEAR(30 + 20 * u - 10 * u * u / 8, static_cast<double>(i + 1), 1e-6);
  }
}

TEST(Arrivals, AStraightRampIsAConstantRate) {
  const std::vector<double> times =
      all_of(ramping(200, {{seconds(1), 200}, {seconds(1), 200}}));
  ASSERT_EQ(times.size(), 400u);
  for (std::size_t i = 0; i < times.size(); ++i)
    EXPECT_NEAR(times[i], static_cast<double>(i + 1) / 200, 1e-9);
}

// Counts of a Poisson process have the integral as mean and as variance.
void expect_poisson(const StressSpec& base, double from, double to,
                    double mean) {
  StressSpec spec = base;
  spec.poisson = true;
  const int runs = 4000;
  double sum = 0, squares = 0;
  for (int seed = 0; seed < runs; ++seed) {
    double count = 0;
    for (double at : all_of(spec, static_cast<std::uint64_t>(seed)))
      count += at >= from && at < to;
    sum += count;
    squares += count * count;
  }
  const double found = sum / runs;
  const double variance = squares / runs - found * found;
  EXPECT_NEAR(found, mean, 4 * std::sqrt(mean / runs));
  EXPECT_NEAR(variance / mean, 1, 0.1);
}

TEST(Arrivals, PoissonCountsHaveTheRightMeanAndVariance) {
  expect_poisson(constant(30, seconds(2)), 0, 2, 60);
  expect_poisson(constant(30, seconds(2)), 0.5, 1, 15);
}

TEST(Arrivals, PoissonFollowsARamp) {
  const StressSpec spec = ramping(0, {{seconds(2), 20}, {seconds(1), 0}});
  expect_poisson(spec, 0, 3, 30);
  expect_poisson(spec, 0, 1, 5);
  expect_poisson(spec, 1, 2, 15);
  expect_poisson(spec, 2, 3, 10);
}

TEST(Arrivals, PoissonGapsAreExponential) {
  StressSpec spec = constant(100, seconds(1000));
  spec.poisson = true;
  const std::vector<double> times = all_of(spec, 9);
  double squares = 0;
  int longer = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const double gap = (times[i] - times[i - 1]) * 100;
    squares += gap * gap;
    longer += gap > 1;
  }
  const double count = static_cast<double>(times.size() - 1);
  EXPECT_NEAR(squares / count, 2, 0.06);  // E[gap²] = 2
  EXPECT_NEAR(longer / count, std::exp(-1.0), 0.01);
}

TEST(Arrivals, TheSameSeedGivesTheSameSchedule) {
  StressSpec spec = constant(50, seconds(2));
  spec.poisson = true;
  EXPECT_EQ(all_of(spec, 3), all_of(spec, 3));
  EXPECT_NE(all_of(spec, 3), all_of(spec, 4));
}

TEST(ConnectionsAt, FollowsTheStages) {
  StressSpec spec;
  spec.executor = Executor::kRampingConnections;
  spec.start = 10;
  spec.stages = {{seconds(10), 110}, {seconds(5), 110}, {seconds(1), 0}};
  EXPECT_EQ(connections_at(spec, seconds(0)), 10);
  EXPECT_EQ(connections_at(spec, seconds(5)), 60);
  EXPECT_EQ(connections_at(spec, seconds(12)), 110);
  EXPECT_DOUBLE_EQ(connections_at(spec, milliseconds(15500)), 55);
  EXPECT_EQ(connections_at(spec, hours(1)), 0);
  EXPECT_EQ(connections_at(spec, seconds(-1)), 10);
  EXPECT_EQ(length_of(spec), seconds(16));
}

TEST(ConnectionsAt, IsConstantOrNotTheExecutorsConcern) {
  StressSpec spec;
  spec.connections = 7;
  EXPECT_EQ(connections_at(spec, seconds(1)), 0);
  spec.executor = Executor::kConstantConnections;
  EXPECT_EQ(connections_at(spec, seconds(1)), 7);
  EXPECT_EQ(length_of(spec), seconds(10));
}

}  // namespace
}  // namespace tidemark
