#include "harness/verdict/plan.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "harness/verdict/least_squares.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

std::int64_t sum_of(const WayCounts& counts) {
  std::int64_t sum = 0;
  for (const auto& [way, count] : counts) sum += count.value;
  return sum;
}

Scenario weighted(std::uint32_t graceful, std::uint32_t reset,
                  std::uint32_t fin, std::uint32_t connections) {
  Scenario scenario;
  scenario.flows[0].connections = connections;
  scenario.flows[0].close.clear();
  const std::uint32_t weights[] = {graceful, reset, fin};
  for (std::size_t b = 0; b < std::size(weights); ++b) {
    if (weights[b] == 0) continue;
    scenario.flows[0].close.push_back(
        {static_cast<CloseBehavior>(b), weights[b], 1000});
  }
  return scenario;
}

std::vector<std::vector<double>> close_columns(
    const std::vector<PlannedCycle>& plan, const Scenario& scenario) {
  std::vector<std::vector<double>> columns;
  for (const WeightedClose& close : scenario.flows[0].close) {
    std::vector<double> column;
    for (const PlannedCycle& cycle : plan) {
      column.push_back(static_cast<double>(closes(cycle, close.behavior)));
    }
    columns.push_back(column);
  }
  return columns;
}

TEST(Plan, LoadedIdleHalfThenLoadedAgain) {
  std::string kinds;
  for (const PlannedCycle& cycle : plan_cycles(Scenario{})) {
    kinds += to_word(cycle.kind)[0];
    switch (cycle.kind) {
      case CycleKind::kLoaded:
        EXPECT_EQ(cycle.connections, Count{200});
        break;
      case CycleKind::kHalf:
        EXPECT_EQ(cycle.connections, Count{100});
        break;
      default:
        EXPECT_EQ(cycle.connections, Count{0});
    }
  }
  EXPECT_EQ(kinds, "llliiihhhlll");
}

TEST(Plan, ClosesAddUpAndEachBehaviourOccurs) {
  for (std::uint32_t connections : {3u, 10u, 101u, 200u, 5000u}) {
    const Scenario scenario = weighted(90, 9, 1, connections);
    for (const PlannedCycle& cycle : plan_cycles(scenario)) {
      EXPECT_EQ(sum_of(cycle.closes), cycle.connections.value);
      if (cycle.connections.value < 3) continue;
      for (const auto& [way, count] : cycle.closes) EXPECT_GE(count.value, 1);
    }
  }
}

TEST(Plan, RatesPerBehaviourCanBeSeparated) {
  const std::uint32_t weights[][3] = {{1, 1, 1}, {1, 1, 0}, {98, 1, 1},
                                      {0, 1, 3}, {5, 0, 1}, {1, 50, 50}};
  for (const auto& w : weights) {
    for (std::uint32_t connections : {10u, 20u, 101u, 200u, 5000u}) {
      const Scenario scenario = weighted(w[0], w[1], w[2], connections);
      const auto columns = close_columns(plan_cycles(scenario), scenario);
      EXPECT_EQ(rank_of(columns), columns.size())
          << w[0] << ":" << w[1] << ":" << w[2] << " of " << connections;
    }
  }
}

TEST(Plan, TheMixStaysNearTheWeights) {
  const Scenario scenario = weighted(1, 1, 1, 200);
  for (const PlannedCycle& cycle : plan_cycles(scenario)) {
    for (const auto& [way, count] : cycle.closes) {
      EXPECT_NEAR(static_cast<double>(count.value),
                  static_cast<double>(cycle.connections.value) / 3,
                  0.08 * static_cast<double>(cycle.connections.value));
    }
  }
}

TEST(Plan, UnusedBehavioursNeverOccur) {
  for (const PlannedCycle& cycle : plan_cycles(weighted(0, 1, 1, 200))) {
    EXPECT_EQ(closes(cycle, CloseBehavior::kGraceful), 0);
  }
}

TEST(Plan, OneConnectionIsStillAPlan) {
  for (const PlannedCycle& cycle : plan_cycles(weighted(1, 1, 1, 1))) {
    EXPECT_EQ(sum_of(cycle.closes), cycle.connections.value);
    EXPECT_LE(cycle.connections.value, 1);
  }
}

TEST(Plan, TheWarmupUsesThePlainMixAtTheFullDose) {
  const PlannedCycle cycle = warmup_cycle(weighted(2, 1, 1, 200));
  EXPECT_EQ(cycle.kind, CycleKind::kWarmup);
  EXPECT_EQ(cycle.closes,
            (WayCounts{{"graceful", {100}}, {"reset", {50}}, {"fin", {50}}}));
}

TEST(Plan, EntriesOfOneBehaviourAddTheirWeights) {
  Scenario scenario;
  scenario.flows[0].close = {{CloseBehavior::kGraceful, 1, 1000},
                             {CloseBehavior::kGraceful, 2, 1001},
                             {CloseBehavior::kReset, 1, 1000}};
  EXPECT_EQ(mix_closes(scenario, Count{8}),
            (WayCounts{{"graceful", {6}}, {"reset", {2}}}));
}

}  // namespace
}  // namespace tidemark
