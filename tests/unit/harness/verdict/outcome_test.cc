#include "harness/verdict/outcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/verdict/judge.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Evidence clean(Scenario scenario = three_closes()) {
  FakeRun run(std::move(scenario));
  return run.play([](FakeRun&, const PlannedCycle&, double) {});
}

Evidence leaking(std::int64_t size, Scenario scenario = three_closes()) {
  FakeRun run(std::move(scenario));
  const SiteId entry = run.site(size, 1);
  return run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
    r.born(entry, cycle.connections.value);
  });
}

Evidence leaking_at_random(double chance, std::int64_t budget,
                           std::uint64_t seed) {
  Scenario scenario = three_closes();
  scenario.expect.residue_per_connection = {budget};
  FakeRun run(scenario, 5, seed);
  const SiteId entry = run.site(100, 1);
  return run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
    std::binomial_distribution<std::int64_t> left(cycle.connections.value,
                                                  chance);
    r.born(entry, left(r.random));
  });
}

TEST(Outcome, AnExactLeakWithinItsBudgetPassesAndIsStillShown) {
  Scenario scenario = three_closes();
  scenario.expect.residue_per_connection = {96};
  const Judgement verdict = judge(leaking(96, scenario));
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_FALSE(verdict.findings.front().fails);
  EXPECT_EQ(verdict.reason,
            "the service keeps 96 B per connection, within the 96 B allowed, "
            "over 1,500 connections");
}

TEST(Outcome, AByteOverTheBudgetIsALeak) {
  Scenario scenario = three_closes();
  scenario.expect.residue_per_connection = {95};
  const Judgement verdict = judge(leaking(96, scenario));
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  EXPECT_EQ(verdict.reason,
            "the service keeps 96 B in 1 object for every connection, 96 B "
            "per connection where 95 B are allowed");
}

TEST(Outcome, ABudgetInsideTheIntervalIsInconclusive) {
  // Half of the connections leave 100 B: 50 B, give or take a few.
  const Judgement verdict = judge(leaking_at_random(0.5, 50, 3));
  EXPECT_EQ(verdict.outcome, Outcome::kInconclusive);
  EXPECT_THAT(verdict.reason, StartsWith("the leak's rate is too uncertain"));
  EXPECT_EQ(judge(leaking_at_random(0.5, 70, 3)).outcome, Outcome::kPass);
  EXPECT_EQ(judge(leaking_at_random(0.5, 30, 3)).outcome, Outcome::kLeak);
}

TEST(Outcome, NothingOpenedIsInvalidWithTheCommonestReason) {
  Evidence evidence = clean();
  for (CycleFacts& facts : evidence.cycles) {
    facts.load.reasons = {{"HTTP 404 instead of 101", facts.load.attempted}};
    facts.load.failed = facts.load.attempted;
    facts.load.opened = {};
    facts.load.closed.clear();
  }
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kInvalid);
  EXPECT_EQ(verdict.reason,
            "none of 2500 connections was opened (mostly: HTTP 404 instead "
            "of 101): the service was never loaded");
}

TEST(Outcome, MostAttemptsFailingIsInconclusive) {
  Evidence evidence = clean();
  for (CycleFacts& facts : evidence.cycles) {
    facts.load.opened.value /= 3;
    facts.load.closed = {{"fin", facts.load.opened}};
  }
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kInconclusive);
  EXPECT_THAT(verdict.reason, StartsWith("only "));
}

TEST(Outcome, AHeapThatWasNotSeenWholeIsNoPass) {
  Evidence evidence = clean();
  evidence.unrecorded = {"process 7: 12 blocks beyond the table's room"};
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kInconclusive);
  EXPECT_EQ(verdict.reason,
            "part of the heap was not seen: process 7: 12 blocks beyond the "
            "table's room; nothing was found in the rest");
  evidence.unrecorded.push_back("process 9 is statically linked");
  EXPECT_THAT(judge(evidence).reason, HasSubstr("room (and 1 more); nothing"));
}

TEST(Outcome, ALeakInWhatWasSeenOfAHeapIsALeak) {
  Evidence evidence = leaking(96, Scenario{});
  evidence.unrecorded = {"process 7: 12 blocks beyond the table's room"};
  EXPECT_EQ(judge(evidence).outcome, Outcome::kLeak);
}

TEST(Outcome, WaysThatEndBeforeTheHandshakeReachTheServiceAllTheSame) {
  Evidence evidence = clean();
  for (CycleFacts& facts : evidence.cycles) {
    facts.load.closed = {{"half_request", facts.load.attempted}};
    facts.load.opened = {};
  }
  EXPECT_EQ(judge(evidence).outcome, Outcome::kPass);
}

TEST(Outcome, ConnectionsThatTheServiceEndsAreNoPass) {
  Evidence evidence = clean();
  for (CycleFacts& facts : evidence.cycles) {
    facts.load.early_closed = facts.load.opened;
    facts.load.closed.clear();
    facts.load.reasons["broke RFC 6455"] = facts.load.opened;
  }
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kInconclusive);
  EXPECT_THAT(verdict.reason, StartsWith("the service ended "));
}

TEST(Outcome, RepliesThatAreMostlyWrongAreNoPass) {
  Evidence evidence = clean();
  for (CycleFacts& facts : evidence.cycles) {
    facts.load.messages_sent = facts.load.opened;
    facts.load.reply_errors = facts.load.opened;
  }
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kInconclusive);
}

TEST(Outcome, ACycleThatDidNotDrainIsInconclusive) {
  Evidence evidence = clean();
  evidence.cycles[8].drained = false;
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kInconclusive);
  EXPECT_THAT(verdict.reason, HasSubstr("drain timeout in 1 cycle"));
}

TEST(Outcome, NoCycleAfterTheBaselineIsInconclusive) {
  Evidence evidence = clean();
  evidence.cycles.resize(5);
  EXPECT_EQ(judge(evidence).outcome, Outcome::kInconclusive);
}

TEST(Outcome, MemoryOfAnOpenConnectionOverItsBudgetIsALeak) {
  Evidence evidence = clean();
  evidence.expect.peak_per_connection = Bytes{4096};
  evidence.peak_bytes_per_connection = 200.0 * 1024 * 1024;
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kLeak);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().unit, "open connection");
  EXPECT_EQ(verdict.reason,
            "each open connection holds 200.0 MiB of the heap where 4,096 B "
            "are allowed");
}

OpenSite open_site(SiteId site, std::int64_t each, std::string place) {
  OpenSite open;
  open.site = site;
  open.bytes = {100 * each};
  open.objects = {100};
  open.bytes_per_connection = static_cast<double>(each);
  open.place = std::move(place);
  return open;
}

TEST(Outcome, AMissedPeakNamesItsSitesAndTheArithmetic) {
  constexpr std::int64_t kMiB = 1024 * 1024;
  Evidence evidence = clean();
  evidence.expect.peak_per_connection = Bytes{65536};
  evidence.peak_bytes_per_connection = 2.01 * kMiB;
  evidence.open = OpenMemory{{100},
                             {201 * kMiB},
                             {open_site(3, kMiB, "dial (feed_client.cc:80)"),
                              open_site(5, kMiB, "dial (feed_client.cc:81)"),
                              open_site(9, 128, "session (front.cc:7)")}};
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.reason,
            "each open connection holds 2.0 MiB of the heap where 64.0 KiB "
            "are allowed: 1.0 MiB in 1 block at dial (feed_client.cc:80), 1.0 "
            "MiB in 1 block at dial (feed_client.cc:81); 2.0 MiB × 100 "
            "connections = 200.0 MiB of 201.0 MiB, 1.0 MiB unexplained");
  EXPECT_EQ(verdict.findings.front().sites, (std::vector<SiteId>{3, 5}));
}

TEST(Outcome, AnUnmeasuredPeakWithABudgetIsInconclusive) {
  Evidence evidence = clean();
  evidence.expect.peak_per_connection = Bytes{4096};
  EXPECT_EQ(judge(evidence).outcome, Outcome::kInconclusive);
}

TEST(Outcome, WithoutAHeapAPassSaysKernelViewOnly) {
  Evidence evidence = clean();
  evidence.has_heap = false;
  const Judgement verdict = judge(evidence);
  EXPECT_EQ(verdict.outcome, Outcome::kPass);
  EXPECT_THAT(verdict.reason, StartsWith("kernel view only"));
}

TEST(Outcome, ABudgetBelowTheDetectionLimitIsNoPass) {
  Scenario scenario = three_closes();
  scenario.flows[0].connections = 4;
  scenario.expect.residue_per_connection = {1};
  const Judgement verdict = judge(clean(scenario));
  EXPECT_EQ(verdict.outcome, Outcome::kInconclusive);
  EXPECT_THAT(verdict.reason, StartsWith("the smallest leak this run"));
}

}  // namespace
}  // namespace tidemark
