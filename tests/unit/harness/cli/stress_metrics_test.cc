// Figures of flows to metrics: what is a share of what, over which time.
#include "harness/cli/stress_metrics.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace tidemark {
namespace {

using std::chrono::milliseconds;

Scenario flows_named(const std::vector<std::string>& names) {
  Scenario scenario;
  scenario.flows.clear();
  for (const std::string& name : names) {
    LoadSpec flow;
    flow.name = name;
    flow.stress.emplace();
    flow.stress->rate = 10;
    scenario.flows.push_back(std::move(flow));
  }
  return scenario;
}

StressRecord measured(std::vector<StressFlowResult> results,
                      const std::vector<std::string>& names = {""}) {
  StressRecord record;
  add_metrics(flows_named(names), std::move(results), Bytes{}, record);
  return record;
}

TEST(StressMetrics, ChecksAreOfAllRequestsThatShouldHaveBeenAnswered) {
  StressFlowResult result;
  result.times.requests = Count{120};
  result.times.request_errors = Count{3 + 30 + 7};
  result.times.late = Count{30};
  result.times.lost = Count{7};
  const Metric checks = measured({result}).metrics.at({"checks", ""});
  EXPECT_EQ(checks.count, 117u);  // three replies were wrong
  EXPECT_EQ(checks.total, 157u);
}

TEST(StressMetrics, WhatWasDueIsInOneOfThreeCounts) {
  StressFlowResult result;
  result.iterations = Count{120};
  result.failed = Count{30};
  result.dropped = Count{5};
  const MetricTable table = measured({result}).metrics;
  EXPECT_EQ(table.at({"iterations", ""}).count, 120u);
  EXPECT_EQ(table.at({"failed_iterations", ""}).count, 30u);
  EXPECT_EQ(table.at({"dropped_iterations", ""}).count, 5u);
}

TEST(StressMetrics, ARateIsOverAllTheTimeInWhichWasCounted) {
  const TimePoint start{milliseconds(5000)};
  StressFlowResult early, late, never;
  early.iterations = late.iterations = Count{1000};
  early.began = start;
  early.ended = start + milliseconds(10'000);
  late.began = early.ended;
  late.ended = late.began + milliseconds(10'000);
  early.cpu = 0.5;
  late.cpu = 0.4;
  const MetricTable table =
      measured({never, late, early}, {"never", "late", "early"}).metrics;
  const auto rate = [&table](const char* flow) {
    const Metric& metric = table.at({"iterations", flow});
    return static_cast<double>(metric.count) / metric.seconds;
  };
  EXPECT_DOUBLE_EQ(rate("early"), 100);
  EXPECT_DOUBLE_EQ(rate("late"), 100);
  EXPECT_DOUBLE_EQ(rate(""), 100);
  EXPECT_DOUBLE_EQ(table.at({"duration", ""}).value, 20);
  EXPECT_DOUBLE_EQ(table.at({"driver_cpu", ""}).value, 0.5);
}

}  // namespace
}  // namespace tidemark
