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

}  // namespace
}  // namespace tidemark
