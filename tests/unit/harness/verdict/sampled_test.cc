// Runs on sampled profiles: of what is leaked one block in hundreds is seen.
#include "harness/verdict/sampled.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "harness/verdict/judge.h"
#include "harness/verdict/rings.h"
#include "harness/verdict/sampling.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

using testing::HasSubstr;

constexpr Bytes kPeriod{512 * 1024};
constexpr std::int64_t kSize = 1024;

Scenario many_connections() {
  Scenario scenario;
  scenario.flows[0].connections = 2'000;
  scenario.flows[0].close = {{CloseBehavior::kGraceful, 1, 1000}};
  scenario.cycles.loaded = 60;
  return scenario;
}

// One block of 1 KiB for every connection, if any; samples of them.
Evidence run_of(const Scenario& scenario, double blocks_per_connection,
                std::uint64_t seed) {
  FakeRun run(scenario, 3, seed);
  const SiteId site = run.site(kSize, 1);
  const double p = sample_chance({kSize}, kPeriod);
  Evidence evidence =
      run.play([&](FakeRun& service, const PlannedCycle& cycle, double) {
        std::binomial_distribution<std::int64_t> samples(
            cycle.connections.value, p * blocks_per_connection);
        service.born(site, samples(service.random));
      });
  evidence.sample_period = kPeriod;
  return evidence;
}

Evidence run_with(double blocks_per_connection, std::uint64_t seed) {
  return run_of(many_connections(), blocks_per_connection, seed);
}

TEST(Sampled, TheStatedIntervalHoldsTheTruth) {
  constexpr int kRuns = 200;
  int held = 0;
  int leaks = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    const Judgement judgement = judge(run_with(1, seed));
    const auto leak = std::find_if(
        judgement.findings.begin(), judgement.findings.end(),
        [](const Finding& finding) { return finding.residue.value > 0; });
    ASSERT_NE(leak, judgement.findings.end());
    if (judgement.outcome == Outcome::kLeak) ++leaks;
    if (leak->rate.bytes_per_connection_low <= kSize &&
        leak->rate.bytes_per_connection_high >= kSize)
      ++held;
    EXPECT_FALSE(leak->rate.exact);
  }
  EXPECT_GE(leaks, kRuns * 95 / 100);
  EXPECT_GE(held, kRuns * 95 / 100);
}

TEST(Sampled, FiguresAreOfAllBlocks) {
  const Judgement judgement = judge(run_with(1, 7));
  ASSERT_FALSE(judgement.findings.empty());
  const Finding& leak = judgement.findings.front();
  EXPECT_NEAR(leak.rate.bytes_per_connection, kSize, kSize / 2);
  EXPECT_NEAR(leak.rate.objects_per_connection, 1, 0.5);
  EXPECT_NEAR(static_cast<double>(leak.residue.value),
              static_cast<double>(kSize * leak.objects.value), kSize);
  ASSERT_FALSE(leak.members.empty());
  EXPECT_EQ(leak.members.front().residue, leak.residue);
  EXPECT_THAT(leak.explanation, HasSubstr("samples"));
}

TEST(Sampled, AGoroutineIsOneWhateverThePeriodOfTheHeapIs) {
  constexpr std::int64_t kStack = 2048;
  FakeRun run(many_connections(), 3, 5);
  const SiteId block = run.site(kSize, 1);
  const SiteId goroutine = run.site(kStack, 2);
  const double p = sample_chance({kSize}, kPeriod);
  Evidence evidence =
      run.play([&](FakeRun& service, const PlannedCycle& cycle, double) {
        std::binomial_distribution<std::int64_t> samples(
            cycle.connections.value, p);
        service.born(block, samples(service.random));
        service.born(goroutine, cycle.connections.value);
      });
  evidence.sample_period = kPeriod;
  // Two entries of each site: FakeRun::prepare().
  evidence.sites[2 * goroutine].kind = MemoryKind::kThread;
  evidence.sites[2 * goroutine + 1].kind = MemoryKind::kThread;
  const Judgement judgement = judge(evidence);
  double objects = 0;
  for (const Finding& finding : judgement.findings)
    for (const FindingMember& member : finding.members)
      if (member.sites.front().site / 2 == goroutine)
        objects += member.objects_per_unit;
  EXPECT_DOUBLE_EQ(objects, 1);
}

TEST(Sampled, EachSizeOfALeakHasItsOwnFactor) {
  constexpr std::int64_t kLarge = 256 * 1024;
  FakeRun run(many_connections(), 3);
  const SiteId small = run.site(kSize, 1);
  const SiteId large = run.site(kLarge, 2);
  Evidence evidence =
      run.play([&](FakeRun& service, const PlannedCycle& cycle, double) {
        service.born(small, cycle.connections.value / 20);
        service.born(large, cycle.connections.value / 10);
      });
  evidence.sample_period = kPeriod;
  double bytes = 0;
  double low = 0;
  double high = 0;
  for (const Finding& finding : judge(evidence).findings) {
    double members = 0;
    for (const FindingMember& member : finding.members)
      members += member.bytes_per_unit;
    EXPECT_NEAR(members, finding.rate.bytes_per_unit, 1e-6 * members);
    bytes += finding.rate.bytes_per_connection;
    low += finding.rate.bytes_per_connection_low;
    high += finding.rate.bytes_per_connection_high;
  }
  const double truth = 0.05 * kSize / sample_chance({kSize}, kPeriod) +
                       0.1 * kLarge / sample_chance({kLarge}, kPeriod);
  EXPECT_NEAR(bytes, truth, truth / 100);
  EXPECT_LT(low, bytes);
  EXPECT_GT(high, bytes);
}

TEST(Sampled, WhatFitsExactlyIsNotExact) {
  constexpr std::int64_t kLarge = 512 * 1024;
  FakeRun run(many_connections(), 3);
  const SiteId site = run.site(kLarge, 1);
  Evidence evidence =
      run.play([&](FakeRun& service, const PlannedCycle& cycle, double) {
        service.born(site, cycle.connections.value);
      });
  evidence.sample_period = kPeriod;
  const Judgement judgement = judge(evidence);
  ASSERT_FALSE(judgement.findings.empty());
  const Rate& rate = judgement.findings.front().rate;
  EXPECT_FALSE(rate.exact);
  EXPECT_NEAR(rate.objects_per_connection, 1 / 0.632, 0.01);
  // What was seen is there.
  EXPECT_GE(rate.bytes_per_connection_low, kLarge);
  EXPECT_LT(rate.bytes_per_connection_low, rate.bytes_per_connection);
  EXPECT_GT(rate.bytes_per_connection_high, rate.bytes_per_connection);
}

TEST(Sampled, TheLiveHeapGrowsByAllBlocks) {
  const Evidence evidence = run_with(1, 3);
  const std::vector<Dose> doses = measured_doses(evidence);
  double all = 0;
  for (const Dose& dose : doses) all += dose.connections * kSize;
  const Bytes grown = RingBook(evidence, doses).live_growth();
  EXPECT_NEAR(static_cast<double>(grown.value), all, all / 2);
}

TEST(Sampled, WithoutALeakTheLimitIsThatOfSamples) {
  const Judgement judgement = judge(run_with(0, 1));
  EXPECT_NE(judgement.outcome, Outcome::kLeak);
  // Fourteen samples of half a megabyte each, among all connections.
  const double connections =
      static_cast<double>(judgement.limit.connections.value);
  EXPECT_GT(judgement.limit.bytes_per_connection * connections,
            10 * static_cast<double>(kPeriod.value));
}

TEST(Sampled, WhatIsNeededIsSaidBeforehand) {
  EXPECT_THAT(what_samples_show(kPeriod, {30000}),
              HasSubstr("takes 26107 connections; this run has up to 30000"));
  EXPECT_THAT(what_samples_show(kPeriod, {2050}),
              HasSubstr("2050, which tells 12.7 KiB"));
}

TEST(Sampled, WhatIsNeededIsEnough) {
  constexpr int kRuns = 100;
  constexpr double kNeeded = 26'107;
  Scenario scenario = many_connections();
  scenario.flows[0].connections = 1'000;
  scenario.cycles.planned = false;
  scenario.cycles.idle = 12;
  double connections = 0;
  for (scenario.cycles.loaded = 10; connections < kNeeded;) {
    ++scenario.cycles.loaded;
    connections = 0;
    for (const PlannedCycle& cycle : plan_cycles(scenario))
      connections += static_cast<double>(cycle.connections.value);
  }
  EXPECT_LT(connections, kNeeded * 1.05);
  int leaks = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed)
    if (judge(run_of(scenario, 1, seed)).outcome == Outcome::kLeak) ++leaks;
  EXPECT_GE(leaks, kRuns * 80 / 100);
}

}  // namespace
}  // namespace tidemark
