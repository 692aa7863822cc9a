#include "harness/verdict/plan.h"

#include <gtest/gtest.h>

#include <map>
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

std::string kinds_of(const std::vector<PlannedCycle>& plan) {
  std::string kinds;
  for (const PlannedCycle& cycle : plan) kinds += to_word(cycle.kind)[0];
  return kinds;
}

TEST(Plan, WhoeverSaysHowManyGetsLoadedIdleHalfThenLoadedAgain) {
  Scenario scenario;
  scenario.cycles.planned = false;
  const std::vector<PlannedCycle> plan = plan_cycles(scenario);
  EXPECT_EQ(kinds_of(plan), "llliiihhhlll");
  for (const PlannedCycle& cycle : plan) {
    const std::int64_t dose = cycle.kind == CycleKind::kLoaded ? 200
                              : cycle.kind == CycleKind::kHalf ? 100
                                                               : 0;
    EXPECT_EQ(cycle.connections, Count{dose});
  }
}

TEST(Plan, EveryKindComesWithinFourCyclesAndFollowsEachOther) {
  const std::string kinds = kinds_of(plan_cycles(Scenario{}));
  EXPECT_EQ(kinds.size(), 50u);
  EXPECT_EQ(kinds.substr(0, 4), "llih");
  for (const char* pair : {"ll", "li", "lh", "ih", "hl", "hi", "il"})
    EXPECT_NE(kinds.find(pair), std::string::npos) << pair;
}

TEST(Plan, DosesAndMessagesShareNoFactor) {
  for (const std::uint32_t connections : {100u, 101u, 200u, 5040u}) {
    for (const std::uint32_t messages : {1u, 2u, 7u, 12u}) {
      Scenario scenario = weighted(1, 0, 0, connections);
      scenario.flows[0].traffic.messages = messages;
      const std::int64_t half = plan_cycles(scenario)[3].connections.value;
      EXPECT_EQ(std::gcd(half, std::int64_t{connections}), 1);
      EXPECT_EQ(std::gcd(half, std::int64_t{messages}), 1);
      EXPECT_LE(half, connections / 2);
      EXPECT_GE(half, connections / 4);
    }
  }
}

TEST(Plan, FewConnectionsAreHalvedAllTheSame) {
  Scenario scenario = weighted(1, 0, 0, 10);
  scenario.flows[0].traffic.messages = 12;
  EXPECT_EQ(plan_cycles(scenario)[3].connections, Count{5});
}

TEST(Plan, TheCapIsOfAllCyclesTheWarmupsIncluded) {
  Scenario scenario;
  scenario.cycles.most = 20;
  EXPECT_EQ(plan_cycles(scenario).size(), 10u);
}

TEST(Plan, EachFlowKeepsItsConnections) {
  Scenario scenario;
  scenario.flows.resize(2);
  scenario.flows[0].name = "admins";
  scenario.flows[0].connections = 10;
  scenario.flows[1].name = "users";
  scenario.flows[1].connections = 90;
  for (LoadSpec& flow : scenario.flows)
    flow.close = {{CloseBehavior::kGraceful, 1, 1000},
                  {CloseBehavior::kReset, 1, 1000}};
  for (const PlannedCycle& cycle : plan_cycles(scenario)) {
    if (cycle.kind != CycleKind::kLoaded) continue;
    std::int64_t admins = 0;
    for (const auto& [way, count] : cycle.closes)
      if (way.starts_with("admins/")) admins += count.value;
    EXPECT_EQ(admins, 10);
  }
}

TEST(Plan, EveryLevelOfEachFactorComesWithEachOther) {
  Scenario scenario;
  scenario.cycles.factors.sizes = {Bytes{64}, Bytes{8192}};
  scenario.cycles.factors.messages = {2, 5};
  scenario.cycles.factors.concurrency = {50, 200};
  std::map<CycleSettings, int> seen;
  int loaded = 0;
  for (const PlannedCycle& cycle : plan_cycles(scenario)) {
    if (cycle.kind == CycleKind::kIdle) continue;
    ++loaded;
    if (cycle.kind == CycleKind::kHalf) {
      // Fewer connections than the level: all of them at once.
      EXPECT_LE(*cycle.settings.concurrency, cycle.connections.value);
      continue;
    }
    ++seen[cycle.settings];
    // Half of the combinations are in the first block, the rest in the next.
    if (loaded <= 8) {
      EXPECT_LE(seen.size(), 4u);
    }
  }
  EXPECT_EQ(seen.size(), 8u);
  const CycleSettings warm = warmup_cycle(scenario, 2).settings;
  EXPECT_EQ(warm, (CycleSettings{Bytes{8192}, 5, 200}));
}

TEST(Plan, ClosesAddUp) {
  for (std::uint32_t connections : {3u, 10u, 101u, 200u, 5000u}) {
    const Scenario scenario = weighted(90, 9, 1, connections);
    for (const PlannedCycle& cycle : plan_cycles(scenario)) {
      EXPECT_EQ(sum_of(cycle.closes), cycle.connections.value);
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

TEST(Plan, OverTheWholePlanTheMixIsNearTheWeights) {
  const Scenario scenario = weighted(2, 1, 1, 200);
  WayCounts sums;
  double all = 0;
  for (const PlannedCycle& cycle : plan_cycles(scenario)) {
    all += static_cast<double>(cycle.connections.value);
    for (const auto& [way, count] : cycle.closes) sums[way] += count;
  }
  EXPECT_NEAR(static_cast<double>(sums["graceful"].value) / all, 0.5, 0.12);
  EXPECT_NEAR(static_cast<double>(sums["reset"].value) / all, 0.25, 0.12);
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
  const PlannedCycle cycle = warmup_cycle(weighted(2, 1, 1, 200), 2);
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
