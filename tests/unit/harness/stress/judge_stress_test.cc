// What a stress run's figures amount to: no PASS for less load than promised,
// no verdict from a driver that was the bottleneck.
#include "harness/stress/judge_stress.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemark {
namespace {

constexpr std::uint32_t kCap = 7;

void count(StressRecord& record, const char* metric, std::uint64_t value,
           const std::string& flow = "") {
  record.metrics[{metric, flow}] = Metric::of_counter(value, 1);
}

// A flow of arrivals, all of which were well.
StressFlowRecord& add_flow(StressRecord& record, const std::string& name = "") {
  StressFlowRecord& flow = record.flows.emplace_back();
  flow.name = name;
  flow.max_connections = Count{kCap};
  flow.connections.attempted = flow.connections.opened = Count{10};
  count(record, "iterations", 1000, name);
  return flow;
}

void add_threshold(StressRecord& record, const char* metric, bool met,
                   const std::string& flow = "") {
  ThresholdResult result;
  result.spec.expression = "count<5";
  result.metric = metric;
  result.flow = flow;
  result.found = met ? 0 : 9;
  result.met = met;
  record.thresholds.push_back(result);
}

// "pass: no request failed"
std::string judged(StressRecord record) {
  judge_stress(record);
  return std::string(to_word(record.outcome)) + ": " + record.reason;
}

TEST(JudgeStress, AQuietRunPasses) {
  StressRecord record;
  add_flow(record);
  EXPECT_EQ(judged(record), "pass: no request failed");
  add_threshold(record, "requests", true);
  EXPECT_EQ(judged(record), "pass: the threshold was met");
}

TEST(JudgeStress, MoreThanAFewDropsAreNoPass) {
  StressRecord record;
  add_flow(record);
  add_threshold(record, "requests", true);
  count(record, "iterations", 979);
  count(record, "failed_iterations", 10);
  count(record, "dropped_iterations", 11);
  const std::string dropped =
      "11 of 1000 iterations were dropped because all connections that "
      "maxConnections allows (7) were busy: the service is slower than the "
      "rate asked for, or maxConnections is too low";
  EXPECT_EQ(judged(record),
            "invalid: " + dropped +
                "; a threshold on dropped_iterations says how many may be");
  count(record, "iterations", 1079);
  EXPECT_EQ(judged(record), "pass: 11 of 1100" + dropped.substr(10));
}

TEST(JudgeStress, AThresholdOnDropsJudgesThem) {
  StressRecord record;
  add_flow(record);
  count(record, "dropped_iterations", 1000);
  add_threshold(record, "dropped_iterations", true);
  EXPECT_TRUE(judged(record).starts_with("pass: 1000 of 2000"));
  record.thresholds[0].met = false;
  EXPECT_TRUE(judged(record).starts_with(
      "failed: a threshold was not met: dropped_iterations"));
}

TEST(JudgeStress, AnotherFlowsThresholdDoesNotJudgeTheDrops) {
  StressRecord record;
  add_flow(record, "a");
  add_flow(record, "b");
  count(record, "dropped_iterations", 1000, "b");
  add_threshold(record, "dropped_iterations", true, "a");
  EXPECT_TRUE(
      judged(record).starts_with("invalid: 1000 of 2000 iterations of flow b"));
  add_threshold(record, "dropped_iterations", true, "b");
  EXPECT_TRUE(judged(record).starts_with("pass: 1000 of 2000"));
}

TEST(JudgeStress, WhatFailedUnderLessLoadHasFailed) {
  StressRecord record;
  add_flow(record);
  count(record, "dropped_iterations", 1000);
  add_threshold(record, "request_errors", false);
  EXPECT_EQ(judged(record),
            "failed: a threshold was not met: request_errors count<5: found 9");
}

TEST(JudgeStress, ConnectionsThatAreTooFewForALimitAreToldAndNoMore) {
  StressRecord record;
  add_flow(record).max_connections.reset();
  count(record, "dropped_iterations", 85);
  EXPECT_EQ(judged(record),
            "pass: 85 of 1085 iterations were dropped, which waited for a "
            "connection until the end: the service is slower than the rate "
            "asked for, or connections are too few");
}

TEST(JudgeStress, WithoutThresholdsAnyErrorFails) {
  StressRecord record;
  StressFlowRecord& flow = add_flow(record);
  flow.connections.early_closed = Count{2};
  flow.connections.reasons["closed by the service"] = Count{2};
  const std::string found =
      "failed: 0 requests failed, 0 connections were refused, 0 failed in the "
      "handshake, 2 were ended early by the service: 2 × closed by the "
      "service; without thresholds any error fails the run";
  EXPECT_EQ(judged(record), found);
  add_threshold(record, "requests", true);
  EXPECT_EQ(judged(record), "pass: the threshold was met");
}

TEST(JudgeStress, ARunThatAThresholdEndedHasFailed) {
  StressRecord record;
  add_flow(record);
  record.aborted = true;
  add_threshold(record, "requests", true);
  EXPECT_EQ(judged(record),
            "failed: a threshold with abortOnFail was not met, and the run was "
            "ended there");
}

TEST(JudgeStress, ALateOrBusyDriverJudgesNothing) {
  StressRecord record;
  add_flow(record);
  record.health.cpu = 0.96;
  EXPECT_EQ(judged(record), "pass: no request failed");
  count(record, "dropped_iterations", 1);
  EXPECT_TRUE(judged(record).starts_with(
      "invalid: the driver was the bottleneck: it used 96 % of a core"));
  record.health.scheduled = true;
  record.health.lag_p99 = std::chrono::milliseconds(21);
  EXPECT_TRUE(judged(record).starts_with(
      "invalid: the driver was late: what was due began 21 ms too late"));
}

}  // namespace
}  // namespace tidemark
