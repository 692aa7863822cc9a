#include "harness/verdict/upstreams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/verdict/judge.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// How many connections to `cache` a measured cycle leaves open, and how many
// it closes of those before.
using Left = std::function<std::int64_t(const CycleFacts&)>;

constexpr std::int64_t kPool = 8;  // open since the warm-up

Evidence with_cache(const Left& left, Scenario scenario = three_closes()) {
  FakeRun run(std::move(scenario));
  Evidence evidence = run.play([](FakeRun&, const PlannedCycle&, double) {});
  std::int64_t open = kPool;
  KernelSample sample;
  sample.moment = "baseline";
  sample.cycle = evidence.baseline;
  sample.fds.sockets = {1 + kPool};
  sample.sockets = {{"LISTEN", {1}}, {"ESTAB", {kPool}}};
  evidence.kernel.push_back(sample);
  sample.moment = "settled";
  for (CycleFacts& facts : evidence.cycles) {
    const bool measured = facts.index > evidence.baseline;
    const std::int64_t more = measured ? left(facts) : 0;
    open += more;
    StandInFacts cache;
    cache.name = "cache";
    cache.accepted = {more};
    cache.open = {open};
    facts.standins.push_back(cache);
    if (!measured) continue;
    sample.cycle = facts.index;
    sample.fds.sockets = {1 + open};
    sample.sockets["ESTAB"] = {open};
    evidence.kernel.push_back(sample);
  }
  evidence.upstreams_at_end["cache"] = {open};
  return evidence;
}

Scenario requests(std::uint32_t per_connection) {
  Scenario scenario = three_closes();
  scenario.flows[0].traffic.messages = per_connection;
  return scenario;
}

std::int64_t per_connection(const CycleFacts& facts) {
  return facts.load.opened.value;
}

TEST(Upstreams, OnePerRequestFailsAndNamesTheStandIn) {
  Evidence evidence = with_cache(
      [](const CycleFacts& facts) { return facts.load.messages_sent.value; },
      requests(3));
  evidence.message = "request";
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  EXPECT_EQ(verdict.reason,
            "the service leaves 1 connection to `cache` open for every "
            "request");
  ASSERT_THAT(verdict.findings, SizeIs(1));
  const Finding& finding = verdict.findings.front();
  EXPECT_EQ(finding.kind, FindingClass::kUpstream);
  EXPECT_TRUE(finding.fails);
  EXPECT_TRUE(finding.rate.exact);
  EXPECT_EQ(finding.standin, "cache");
  EXPECT_EQ(finding.unit, "request");
  EXPECT_EQ(finding.objects, Count{4500});
  EXPECT_DOUBLE_EQ(finding.rate.objects_per_unit, 1);
  EXPECT_DOUBLE_EQ(finding.rate.objects_per_connection, 3);
  EXPECT_EQ(finding.explanation,
            "1 connection to `cache` per request stays open: 4,500 after "
            "4,500 requests, the same in every cycle; their sockets and "
            "descriptors in the service are counted here alone");
}

TEST(Upstreams, WithOneRequestPerConnectionBothAreSaid) {
  Evidence evidence = with_cache(per_connection, requests(1));
  evidence.message = "request";
  const Judgement verdict = judge(evidence);
  ASSERT_THAT(verdict.findings, SizeIs(1));
  EXPECT_EQ(verdict.findings.front().unit, "connection");
  EXPECT_THAT(verdict.findings.front().explanation,
              HasSubstr("1 connection to `cache` per connection (of 1 request) "
                        "stays open: 1,500 after 1,500 connections"));
}

TEST(Upstreams, OnePerResetCloseIsToldFromOnePerConnection) {
  const Judgement verdict =
      judge(with_cache([](const CycleFacts& facts) -> std::int64_t {
        const auto resets = facts.load.closed.find("reset");
        return resets == facts.load.closed.end() ? 0 : resets->second.value;
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  ASSERT_THAT(verdict.findings, SizeIs(1));
  EXPECT_EQ(verdict.findings.front().unit, "reset close");
  EXPECT_TRUE(verdict.findings.front().rate.exact);
}

TEST(Upstreams, APoolThatIsKeptIsFine) {
  const Judgement verdict =
      judge(with_cache([](const CycleFacts&) { return 0; }));
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  EXPECT_TRUE(verdict.findings.empty());
}

TEST(Upstreams, APoolThatGrowsOnceAfterTheBaselineIsBounded) {
  bool grown = false;
  const Judgement verdict =
      judge(with_cache([&](const CycleFacts&) -> std::int64_t {
        return std::exchange(grown, true) ? 0 : 12;
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  ASSERT_THAT(verdict.findings, SizeIs(1));
  EXPECT_EQ(verdict.findings.front().kind, FindingClass::kBounded);
  EXPECT_EQ(verdict.findings.front().standin, "cache");
  EXPECT_EQ(verdict.findings.front().explanation,
            "12 connections to `cache` more than at the baseline, which do "
            "not grow with the load: a pool");
}

TEST(Upstreams, APoolThatShrinksIsNoFinding) {
  bool shrunk = false;
  const Judgement verdict =
      judge(with_cache([&](const CycleFacts&) -> std::int64_t {
        return std::exchange(shrunk, true) ? 0 : -4;
      }));
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  EXPECT_TRUE(verdict.findings.empty());
}

TEST(Upstreams, GrowthInIdleCyclesIsPerSecond) {
  double clock = 0;
  std::int64_t so_far = 0;
  const Judgement verdict = judge(with_cache([&](const CycleFacts& facts) {
    clock += to_seconds(facts.finished - facts.started);
    const auto due = static_cast<std::int64_t>(clock * 40);
    return due - std::exchange(so_far, due);
  }));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  ASSERT_THAT(verdict.findings, SizeIs(1));
  EXPECT_EQ(verdict.findings.front().unit, "second");
  EXPECT_NEAR(verdict.findings.front().rate.objects_per_unit, 40, 1);
  EXPECT_THAT(verdict.findings.front().explanation,
              HasSubstr("whether or not anything is connected"));
}

TEST(Upstreams, OneInTenAtRandomFailsWithARateThatIsNotExact) {
  std::mt19937_64 random(7);
  const Judgement verdict = judge(with_cache([&](const CycleFacts& facts) {
    return std::binomial_distribution<std::int64_t>(facts.load.opened.value,
                                                    0.1)(random);
  }));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  ASSERT_THAT(verdict.findings, SizeIs(1));
  EXPECT_FALSE(verdict.findings.front().rate.exact);
  EXPECT_NEAR(verdict.findings.front().rate.objects_per_unit, 0.1, 0.03);
  EXPECT_THAT(verdict.reason, HasSubstr("the service leaves about 0.0"));
}

TEST(Upstreams, WhatIsAllowedToStayIsToldAndPasses) {
  Evidence evidence = with_cache(per_connection);
  evidence.may_stay = {"cache"};
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  ASSERT_THAT(verdict.findings, SizeIs(1));
  EXPECT_EQ(verdict.findings.front().kind, FindingClass::kUpstream);
  EXPECT_FALSE(verdict.findings.front().fails);
  EXPECT_THAT(verdict.findings.front().explanation,
              HasSubstr("the scenario allows it"));
}

TEST(Upstreams, WhatWasClosedAfterTheLastCycleLingers) {
  Evidence evidence = with_cache(per_connection);
  evidence.upstreams_at_end["cache"] = {kPool};
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  ASSERT_THAT(verdict.findings, SizeIs(1));
  EXPECT_EQ(verdict.findings.front().kind, FindingClass::kLingering);
}

TEST(Upstreams, GrowthWithoutAPatternIsInconclusive) {
  // Some cycles many, some none, whatever the load.
  const std::int64_t left[] = {60, 0, 5, 90, 0, 0, 30, 2, 0, 70, 1, 44};
  std::size_t at = 0;
  const Judgement verdict = judge(with_cache(
      [&](const CycleFacts&) { return left[at++ % std::size(left)]; }));
  EXPECT_NE(verdict.outcome, Outcome::kPass);
}

TEST(Upstreams, SocketsThatAreNoUpstreamsAreStillCounted) {
  Evidence evidence = with_cache(per_connection);
  for (KernelSample& sample : evidence.kernel) {
    if (sample.moment != "settled") continue;
    sample.sockets["CLOSE-WAIT"] = {5};
    sample.fds.sockets += Count{5};
  }
  const Judgement verdict = judge(evidence);
  ASSERT_THAT(verdict.findings, SizeIs(2));
  EXPECT_EQ(verdict.findings[0].kind, FindingClass::kUpstream);
  EXPECT_EQ(verdict.findings[1].kind, FindingClass::kDescriptors);
  EXPECT_EQ(verdict.findings[1].objects, Count{5});
  EXPECT_EQ(verdict.findings[1].explanation,
            "5 sockets more than at the baseline after 1,500 connections "
            "(allowed: 0); 1,500 connections to stand-ins not counted");
}

TEST(Upstreams, TheMemoryTheyHoldComesSecond) {
  FakeRun run(three_closes());
  const SiteId pool = run.site(4096, 1);
  Evidence held = run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
    r.born(pool, cycle.connections.value);
  });
  Evidence evidence = with_cache(per_connection);
  evidence.sites = held.sites;
  evidence.linger = held.linger;
  const Judgement verdict = judge(evidence);
  ASSERT_THAT(verdict.findings, SizeIs(2));
  EXPECT_EQ(verdict.findings[0].kind, FindingClass::kUpstream);
  EXPECT_EQ(verdict.findings[1].kind, FindingClass::kLeak);
}

TEST(Upstreams, TwoStandInsAreJudgedEachOnItsOwn) {
  Evidence evidence = with_cache(per_connection);
  for (CycleFacts& facts : evidence.cycles) {
    StandInFacts feed;
    feed.name = "feed";
    feed.open = {3};
    facts.standins.push_back(feed);
  }
  const Judgement verdict = judge(evidence);
  ASSERT_THAT(verdict.findings, SizeIs(1));
  EXPECT_EQ(verdict.findings.front().standin, "cache");
}

}  // namespace
}  // namespace tidemark
