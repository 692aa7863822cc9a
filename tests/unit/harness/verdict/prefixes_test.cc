#include <gtest/gtest.h>

#include <functional>

#include "harness/verdict/judge.h"
#include "harness/verdict/plan.h"

namespace tidemark {
namespace {

using Share = std::function<std::int64_t(CycleIndex, std::int64_t)>;

// One place that leaks a block per connection, reached by two stacks that
// part near the root; `first` says how many of a cycle's connections came by
// the first of them.
Evidence two_paths_to_one_place(const Share& first) {
  Scenario scenario;
  scenario.flows[0].connections = 100;
  Evidence evidence;
  evidence.baseline = {3};
  for (std::uint32_t i = 1; i <= 3; ++i) {
    CycleFacts warmup;
    warmup.index = {i};
    warmup.kind = CycleKind::kWarmup;
    evidence.cycles.push_back(warmup);
  }
  SiteEvidence one, other;
  one.site = 1;
  other.site = 2;
  for (SiteEvidence* site : {&one, &other}) {
    site->size = {80};
    site->zoomed = true;
    site->known_since = {4};
    site->group = 9;
    site->stack = 20 + site->site;
    site->prefixes = {30 + site->site, 30 + site->site, 40, 41, 42, 43, 44};
  }
  scenario.cycles.planned = false;
  std::vector<PlannedCycle> plan = plan_cycles(scenario);
  std::uint32_t index = 3;
  std::uint32_t last = 3 + static_cast<std::uint32_t>(plan.size());
  for (const PlannedCycle& planned : plan) {
    CycleFacts facts;
    facts.index = {++index};
    facts.kind = planned.kind;
    facts.started = std::chrono::seconds(index);
    facts.finished = std::chrono::seconds(index + 1);
    facts.load.attempted = facts.load.opened = planned.connections;
    facts.load.closed = planned.closes;
    evidence.cycles.push_back(facts);
    if (planned.connections.value == 0) continue;
    const std::int64_t share = first({index}, planned.connections.value);
    for (std::uint32_t after = index; after <= last; ++after) {
      one.readings.push_back({{after}, {index}, {share}, {80 * share}});
      std::int64_t rest = planned.connections.value - share;
      if (rest == 0) continue;
      other.readings.push_back({{after}, {index}, {rest}, {80 * rest}});
    }
  }
  evidence.sites = {one, other};
  return evidence;
}

void expect_one_exact_place(const Evidence& evidence) {
  Judgement judgement = judge(evidence);
  EXPECT_EQ(judgement.outcome, Outcome::kLeak) << judgement.reason;
  ASSERT_EQ(judgement.findings.size(), 1u);
  const Finding& finding = judgement.findings[0];
  EXPECT_TRUE(finding.rate.exact);
  EXPECT_DOUBLE_EQ(finding.rate.bytes_per_connection, 80);
  EXPECT_DOUBLE_EQ(finding.rate.objects_per_connection, 1);
  EXPECT_EQ(finding.unit, "connection");
  EXPECT_EQ(finding.sites.size(), 2u);
}

TEST(Prefixes, StacksThatPartNearTheRootAreOnePlaceAndExact) {
  std::int64_t wobble = 7;
  expect_one_exact_place(
      two_paths_to_one_place([&](CycleIndex, std::int64_t connections) {
        wobble = (wobble * 31 + 5) % connections;
        return wobble;
      }));
}

TEST(Prefixes, AStackThatIsExactInMostCyclesIsNotJudgedWithoutTheOther) {
  expect_one_exact_place(
      two_paths_to_one_place([](CycleIndex index, std::int64_t connections) {
        return index.value % 3 == 0 ? connections - 1 : connections;
      }));
}

}  // namespace
}  // namespace tidemark
