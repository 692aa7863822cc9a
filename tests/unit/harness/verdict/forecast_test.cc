#include "harness/verdict/forecast.h"

#include <gtest/gtest.h>

#include "tests/support/compared_runs.h"

namespace tidemark {
namespace {

constexpr double kDay = 86400;
constexpr Bytes kHalfGiB{512 << 20};

// "At 40 connections/s your 512 MiB last 9.1 ± 0.4 days": 17.07 ± 0.75 B.
TEST(Forecast, IsHeadroomOverRateWithItsInterval) {
  const Forecast lasts =
      forecast(kHalfGiB, {40 * 17.07, 40 * 16.32, 40 * 17.82});
  EXPECT_NEAR(lasts.seconds / kDay, 9.1, 0.01);
  EXPECT_NEAR(lasts.seconds_low / kDay, 8.72, 0.01);
  ASSERT_TRUE(lasts.seconds_high);
  EXPECT_NEAR(*lasts.seconds_high / kDay, 9.52, 0.01);
}

TEST(Forecast, ARateThatMayBeZeroHasNoEnd) {
  const Forecast lasts = forecast(kHalfGiB, {10, 0, 20});
  EXPECT_EQ(lasts.seconds_high, std::nullopt);
  EXPECT_GT(lasts.seconds_low, 0);
}

RunRecord asked(std::vector<Finding> findings) {
  RunRecord record = run_with(std::move(findings));
  record.forecast = ForecastRecord{40, kHalfGiB, "", {}, {}};
  add_forecasts(record);
  return record;
}

TEST(Forecast, ALeaksRateIsPerConnectionAndGrowsWithArrivals) {
  const RunRecord record = asked({leak_of("a", 100, 50, 200)});
  const double at_once = double(kHalfGiB.value) / 4000;
  ASSERT_TRUE(record.judgement->findings[0].forecast);
  EXPECT_EQ(*record.judgement->findings[0].forecast,
            (Forecast{at_once, at_once / 2, 2 * at_once}));
  EXPECT_EQ(record.forecast->together, record.judgement->findings[0].forecast);
}

// 24 B by the weights, where the measured cycles' code had fewer of that way.
TEST(Forecast, AWayOfClosingComesAsOftenAsInTheScenariosOwnMix) {
  Finding by_reset = leak_of("a", 20.5, 18.45, 22.55);
  by_reset.unit = "reset close";
  by_reset.rate.bytes_per_unit = 96;
  RunRecord record = run_with({by_reset});
  CycleFacts warm_up = paced_cycle(0, 1000);
  warm_up.kind = CycleKind::kWarmup;
  warm_up.load.opened = {200};
  warm_up.load.closed = {
      {"graceful", {100}}, {"reset", {50}}, {"bad_utf8", {50}}};
  record.cycles.insert(record.cycles.begin(), warm_up);
  record.forecast = ForecastRecord{40, kHalfGiB, "", {}, {}};
  const auto seconds = [&record](const char* unit) {
    record.judgement->findings[0].unit = unit;
    add_forecasts(record);
    return record.judgement->findings[0].forecast->seconds;
  };
  const double half_gib = double(kHalfGiB.value);
  EXPECT_DOUBLE_EQ(seconds("reset close"), half_gib / 40 / 24);
  const Forecast& told = *record.judgement->findings[0].forecast;
  EXPECT_NEAR(told.seconds_low, half_gib / 40 / 26.4, 1);
  EXPECT_NEAR(*told.seconds_high, half_gib / 40 / 21.6, 1);
  EXPECT_DOUBLE_EQ(seconds("bad_utf8 provocation"), half_gib / 40 / 24);
  EXPECT_DOUBLE_EQ(seconds("abnormal close"), half_gib / 40 / 48);
  // Others are of all connections, as they were counted.
  EXPECT_DOUBLE_EQ(seconds("connection"), half_gib / 40 / 20.5);
  EXPECT_DOUBLE_EQ(seconds("message"), half_gib / 40 / 20.5);
}

TEST(Forecast, GrowthWithTimeDoesNotAskForArrivals) {
  Finding ticks = leak_of("a", 1);
  ticks.kind = FindingClass::kTimeGrowth;
  ticks.unit = "second";
  ticks.rate.bytes_per_unit = 1024;
  const RunRecord record = asked({ticks});
  ASSERT_TRUE(record.judgement->findings[0].forecast);
  EXPECT_DOUBLE_EQ(record.judgement->findings[0].forecast->seconds,
                   512.0 * 1024);
}

TEST(Forecast, TogetherTheyLastNoLongerThanTheFirst) {
  Finding allowed = leak_of("b", 300);
  allowed.fails = false;
  const RunRecord record = asked({leak_of("a", 100), allowed});
  ASSERT_TRUE(record.forecast->together);
  EXPECT_DOUBLE_EQ(record.forecast->together->seconds,
                   double(kHalfGiB.value) / 40 / 400);
}

TEST(Forecast, WhatTakesNoMemoryForGoodHasNone) {
  Finding bounded = leak_of("a", 100);
  bounded.kind = FindingClass::kBounded;
  Finding peak = leak_of("b", 5000);
  peak.unit = "open connection";
  Finding upstream;
  upstream.kind = FindingClass::kUpstream;
  const RunRecord record = asked({bounded, peak, upstream});
  for (const Finding& finding : record.judgement->findings)
    EXPECT_FALSE(finding.forecast) << finding.unit;
  EXPECT_FALSE(record.forecast->together);
  // What the run could not have seen: 5 B per connection.
  ASSERT_TRUE(record.forecast->unseen_seconds);
  EXPECT_DOUBLE_EQ(*record.forecast->unseen_seconds,
                   double(kHalfGiB.value) / 200);
}

TEST(Forecast, IsOfTheLatestQuestionOnly) {
  RunRecord record = asked({leak_of("a", 100)});
  record.forecast->arrivals_per_second = 80;
  add_forecasts(record);
  EXPECT_DOUBLE_EQ(record.forecast->together->seconds,
                   double(kHalfGiB.value) / 8000);
}

}  // namespace
}  // namespace tidemark
