// The models beside leaks and time: pools that follow the peak, churn,
// containers that grow, half-lives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/verdict/churn.h"
#include "harness/verdict/containers.h"
#include "harness/verdict/judge.h"
#include "harness/verdict/peak.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

using testing::HasSubstr;

constexpr CycleIndex kBaseline{3};

// Warm-up with 50 and then 200 connections at once, one measured cycle.
Evidence two_peaks() {
  Evidence evidence;
  evidence.baseline = kBaseline;
  for (std::uint32_t index = 1; index <= 4; ++index) {
    CycleFacts facts;
    facts.index = {index};
    facts.kind = index <= 3 ? CycleKind::kWarmup : CycleKind::kLoaded;
    facts.load.attempted = facts.load.opened = {200};
    if (index == 1) facts.settings.concurrency = 50;
    evidence.cycles.push_back(facts);
  }
  return evidence;
}

SiteEvidence blocks(std::int64_t first, std::int64_t second,
                    std::int64_t later) {
  SiteEvidence site;
  site.site = 1;
  site.size = {4096};
  for (const CycleIndex after : {kBaseline, CycleIndex{4}}) {
    if (first > 0) site.readings.push_back({after, {1}, {first}, {}});
    if (second > 0) site.readings.push_back({after, {2}, {second}, {}});
    if (later > 0) site.readings.push_back({after, {3}, {later}, {}});
  }
  return site;
}

TEST(PeakSized, APoolGrowsAsThePeakDid) {
  Evidence evidence = two_peaks();
  evidence.sites = {blocks(100, 300, 0)};
  const std::vector<Finding> findings = peak_sized_findings(evidence);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, FindingClass::kPeakSized);
  EXPECT_FALSE(findings[0].fails);
  EXPECT_DOUBLE_EQ(findings[0].rate.objects_per_unit, 2);
  EXPECT_EQ(findings[0].residue, Bytes{400 * 4096});
}

TEST(PeakSized, WhatComesPerConnectionOrOnceDoesNot) {
  Evidence evidence = two_peaks();
  evidence.sites = {blocks(200, 200, 200)};  // a leak
  EXPECT_TRUE(peak_sized_findings(evidence).empty());
  evidence.sites = {blocks(400, 0, 0)};  // made when first needed
  EXPECT_TRUE(peak_sized_findings(evidence).empty());
  evidence.sites = {blocks(200, 200, 0)};  // the same for either peak
  EXPECT_TRUE(peak_sized_findings(evidence).empty());
  evidence.sites = {blocks(1, 3, 0)};  // too little to say
  EXPECT_TRUE(peak_sized_findings(evidence).empty());
}

TEST(PeakSized, OfSamplesAllBlocksAreTold) {
  Evidence evidence = two_peaks();
  evidence.sample_period = {512 * 1024};
  evidence.sites = {blocks(10, 30, 0)};
  const std::vector<Finding> findings = peak_sized_findings(evidence);
  ASSERT_EQ(findings.size(), 1u);
  // One block of 4 KiB in 128.5 is a sample.
  EXPECT_NEAR(findings[0].rate.objects_per_unit, 0.2 * 128.5, 0.01);
  EXPECT_NEAR(static_cast<double>(findings[0].objects.value), 40 * 128.5, 1);
}

TEST(PeakSized, NothingIsSaidOfARunWithOnePeak) {
  Evidence evidence = two_peaks();
  evidence.cycles[0].settings = {};
  evidence.sites = {blocks(100, 300, 0)};
  EXPECT_TRUE(peak_sized_findings(evidence).empty());
}

Evidence allocating(std::int64_t bytes_per_connection) {
  Evidence evidence = two_peaks();
  std::int64_t sum = 0;
  for (CycleFacts& facts : evidence.cycles) {
    sum += 200 * bytes_per_connection;
    facts.counters.allocated = {sum};
    facts.counters.allocations = {sum / 1000};
  }
  return evidence;
}

TEST(Churn, MuchThatIsAllocatedAndFreedIsChurnAndNoLeak) {
  Evidence evidence = allocating(3 << 20);
  evidence.peak_bytes_per_connection = 40'000;
  const std::optional<Finding> churn = churn_finding(evidence);
  ASSERT_TRUE(churn);
  EXPECT_EQ(churn->kind, FindingClass::kChurn);
  EXPECT_FALSE(churn->fails);
  EXPECT_THAT(churn->explanation, HasSubstr("3.0 MiB"));
  EXPECT_THAT(churn->explanation, HasSubstr("39.1 KiB"));
}

TEST(Churn, NeitherALittleNorWhatAConnectionHoldsNorWhatIsKeptIsChurn) {
  EXPECT_FALSE(churn_finding(allocating(10'000)));
  Evidence large = allocating(3 << 20);
  large.peak_bytes_per_connection = 2 << 20;
  EXPECT_FALSE(churn_finding(large));
  Evidence kept = allocating(3 << 20);
  SiteEvidence site;
  site.readings.push_back({{4}, {4}, {200}, {200 * (1 << 20)}});
  kept.sites = {site};
  EXPECT_FALSE(churn_finding(kept));
}

TEST(Churn, WhatIsKeptIsMoreThanItsSamples) {
  Evidence evidence = allocating(3 << 20);
  SiteEvidence site;
  site.size = {1024};
  site.readings.push_back({{4}, {4}, {200}, {200 * 1024}});
  evidence.sites = {site};
  EXPECT_TRUE(churn_finding(evidence));
  // Of 100 MiB, where 600 were allocated.
  evidence.sample_period = {512 * 1024};
  EXPECT_FALSE(churn_finding(evidence));
}

// A vector that holds `each` bytes for every connection, from the start.
Evidence vector_of(std::int64_t each, bool until_the_end = true) {
  FakeRun run(three_closes(), 5);
  std::map<std::int64_t, SiteId> sites;
  for (std::int64_t size = 64; size <= 1 << 20; size *= 2)
    sites[size] = run.site(size, 1);
  std::int64_t held = 0;
  std::int64_t room = 64;
  return run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
    if (until_the_end || r.now() <= r.baseline())
      held += each * cycle.connections.value;
    while (room < held) {
      r.free_up_to(sites[room], r.now());
      room *= 2;
      r.born(sites[room], 1);
    }
  });
}

TEST(Containers, AVectorThatGrowsWithEachConnectionIsALeakOfItsBytes) {
  for (const std::int64_t each : {4, 8, 24}) {
    const Judgement verdict = judge(vector_of(each));
    ASSERT_FALSE(verdict.findings.empty()) << each;
    const Finding& finding = verdict.findings[0];
    EXPECT_NE(finding.kind, FindingClass::kBounded) << each;
    const Rate& rate = finding.rate;
    EXPECT_LE(rate.bytes_per_connection_low, static_cast<double>(each));
    EXPECT_GE(rate.bytes_per_connection_high, static_cast<double>(each));
    EXPECT_NEAR(rate.bytes_per_connection, static_cast<double>(each),
                0.2 * static_cast<double>(each));
  }
}

TEST(Containers, OneThatHasReachedItsSizeIsNone) {
  const Judgement verdict = judge(vector_of(8, false));
  EXPECT_EQ(verdict.outcome, Outcome::kPass) << verdict.reason;
}

// Which connections leave something in it is not asked here.
TEST(Containers, OneThatGrowsPerResetIsNotPassed) {
  FakeRun run(three_closes(), 5);
  std::map<std::int64_t, SiteId> sites;
  for (std::int64_t size = 1024; size <= 1 << 20; size += 1024)
    sites[size] = run.site(size, 1);
  std::int64_t held = 0;
  std::int64_t room = 0;
  const Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        held += 64 * closes(cycle, CloseBehavior::kReset);
        if (room >= held) return;
        if (room > 0) r.free_up_to(sites[room], r.now());
        while (room < held) room += 1024;
        r.born(sites[room], 1);
      });
  EXPECT_NE(judge(evidence).outcome, Outcome::kPass);
}

TEST(Containers, NothingIsSaidWhereSeveralBlocksHaveThatSize) {
  Evidence evidence = vector_of(8);
  for (SiteEvidence& site : evidence.sites)
    for (RingReading& reading : site.readings) reading.objects = {2};
  EXPECT_TRUE(containers_that_grow(evidence, measured_doses(evidence)).empty());
}

}  // namespace
}  // namespace tidemark
