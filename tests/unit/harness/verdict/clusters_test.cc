// What is one leak and what are two: the rules of clusters.h, one by one.
#include "harness/verdict/clusters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/verdict/judge.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

using testing::HasSubstr;

std::int64_t connections(const PlannedCycle& cycle) {
  return cycle.connections.value;
}

using Callers = std::vector<std::string>;

// A site has two numbers in the evidence: before and after its zoom.
void called_by(Evidence& evidence, SiteId site, const Callers& callers) {
  evidence.callers[2 * site] = {callers, true};
  evidence.callers[2 * site + 1] = {callers, true};
}

// Two sites, each with so many blocks per connection and such callers.
Judgement judge_two(std::int64_t first, const Callers& mine,
                    std::int64_t second, const Callers& theirs) {
  FakeRun run(three_closes());
  const SiteId one = run.site(96, 1);
  const SiteId two = run.site(64, 2);
  Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(one, first * connections(cycle));
        r.born(two, second * connections(cycle));
      });
  called_by(evidence, one, mine);
  called_by(evidence, two, theirs);
  return judge(evidence);
}

TEST(Clusters, AnObjectAndWhatItsConstructorAsksForAreOneFinding) {
  const Judgement verdict =
      judge_two(1, {"chat!join", "chat!on_open", "chat!main"}, 2,
                {"chat!Session::Session", "chat!join", "chat!on_open"});
  ASSERT_EQ(verdict.findings.size(), 1u);
  const Finding& finding = verdict.findings.front();
  EXPECT_EQ(finding.rate.bytes_per_unit, 96 + 2 * 64);
  ASSERT_EQ(finding.members.size(), 2u);
  EXPECT_EQ(finding.members[0].objects_per_unit, 2);
  EXPECT_EQ(finding.members[0].bytes_per_unit, 128);
  EXPECT_EQ(finding.members[1].objects_per_unit, 1);
  EXPECT_EQ(finding.members[1].bytes_per_unit, 96);
  EXPECT_THAT(finding.explanation, HasSubstr("1 more site grows with it"));
}

TEST(Clusters, EachMemberHasItsPartOfTheResidueSiteBySite) {
  const Judgement verdict =
      judge_two(1, {"chat!join", "chat!main"}, 1, {"chat!join", "chat!main"});
  ASSERT_EQ(verdict.findings.size(), 1u);
  Bytes sum;
  for (const FindingMember& member : verdict.findings[0].members) {
    ASSERT_EQ(member.sites.size(), 1u);
    EXPECT_EQ(member.sites[0].bytes, member.residue);
    EXPECT_EQ(member.sites[0].objects, member.objects);
    sum += member.residue;
  }
  EXPECT_EQ(sum, verdict.findings[0].residue);
}

TEST(Clusters, AFactoryAndARegistryThatOneFunctionCallsAreOneFinding) {
  EXPECT_EQ(judge_two(1, {"chat!make", "chat!on_open", "chat!main"}, 1,
                      {"chat!add", "chat!on_open", "chat!main"})
                .findings.size(),
            1u);
}

TEST(Clusters, ALibraryThatAllocatesForTheServiceIsPartOfItsLeak) {
  EXPECT_EQ(judge_two(1, {"libfoo.so!create", "chat!join", "chat!main"}, 1,
                      {"chat!join", "chat!main"})
                .findings.size(),
            1u);
}

TEST(Clusters, TheSameBehaviourInTwoModulesAreTwoFindings) {
  const Judgement verdict =
      judge_two(1, {"auth.so!remember", "chat!on_open", "chat!main"}, 1,
                {"stat.so!count", "chat!on_open", "chat!main"});
  ASSERT_EQ(verdict.findings.size(), 2u);
  EXPECT_EQ(verdict.findings[0].rate.bytes_per_unit, 96);
  EXPECT_EQ(verdict.findings[1].rate.bytes_per_unit, 64);
}

TEST(Clusters, TheSameBehaviourOfFunctionsWithOtherCallersAreTwoFindings) {
  EXPECT_EQ(judge_two(1, {"chat!remember", "chat!on_open", "chat!main"}, 1,
                      {"chat!count", "chat!on_close", "chat!main"})
                .findings.size(),
            2u);
}

TEST(Clusters, LeaksOfDifferentBehavioursAreTwoFindingsWhoeverAsks) {
  FakeRun run(three_closes());
  const SiteId one = run.site(96, 1);
  const SiteId two = run.site(64, 2);
  Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(one, connections(cycle));
        r.born(two, closes(cycle, CloseBehavior::kReset));
      });
  called_by(evidence, one, {"chat!join", "chat!main"});
  called_by(evidence, two, {"chat!join", "chat!main"});
  const Judgement verdict = judge(evidence);
  ASSERT_EQ(verdict.findings.size(), 2u);
  EXPECT_NE(verdict.findings[0].unit, verdict.findings[1].unit);
}

TEST(Clusters, WithoutNamesMovingTogetherMustDo) {
  EXPECT_EQ(judge_two(1, {}, 1, {}).findings.size(), 1u);
}

TEST(Clusters, WhatCameInMayBringItsKin) {
  FakeRun run(three_closes());
  const SiteId buffer = run.site(4096, 1);
  const SiteId node = run.site(512, 2);
  const SiteId session = run.site(96, 3);
  Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        for (SiteId site : {buffer, node, session})
          r.born(site, connections(cycle));
      });
  // The node is no kin of the buffer, but of the session that has it.
  called_by(evidence, buffer, {"chat!Buffer", "chat!Session", "chat!open"});
  called_by(evidence, node, {"chat!add", "chat!open"});
  called_by(evidence, session, {"chat!Session", "chat!open"});
  const Judgement verdict = judge(evidence);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings[0].members.size(), 3u);
  EXPECT_EQ(verdict.findings[0].sites.front(), 2 * buffer);
}

TEST(Clusters, RatiosOfPartsAreSmall) {
  for (double ratio : {1.0, 2.0, 0.5, 100.0, 0.01, 1.5, 2.0 / 3, 5.0 / 6})
    EXPECT_TRUE(is_small_ratio(ratio)) << ratio;
  for (double ratio : {0.0, -1.0, 1.43, 0.7, 2.31})
    EXPECT_FALSE(is_small_ratio(ratio)) << ratio;
}

// A leak at random of 600 blocks, and 40 of the same size that are undecided.
std::vector<Draft> a_leak_and_a_rest() {
  Draft leak;
  leak.finding.kind = FindingClass::kLeak;
  leak.finding.unit = "connection";
  leak.finding.rate = {27.2, 0.2, 27.2, 0.2, false, 20, 34};
  leak.finding.sites = {2};
  leak.finding.objects = {600};
  leak.finding.residue = {600 * 136};
  leak.finding.rings = {{{6}, {200}, {80 * 136}, {80}},
                        {{7}, {200}, {40 * 136}, {40}}};
  leak.sizes = {Bytes{136}};
  leak.zoomed = true;
  Draft rest = leak;
  rest.finding.kind = FindingClass::kUndecided;
  rest.finding.sites = {3};
  rest.finding.objects = {40};
  rest.finding.residue = {40 * 136};
  rest.finding.rings = {{{7}, {200}, {40 * 136}, {40}}};
  return {leak, rest};
}

std::vector<Draft> merged(const std::vector<Draft>& drafts, const Callers& mine,
                          const Callers& theirs) {
  const std::map<SiteId, SiteCallers> callers{{2, {mine, true}},
                                              {3, {theirs, true}}};
  return merge_covarying(drafts, {{}, callers});
}

// An event loop comes to the same line by several paths.
TEST(Clusters, TheRestOfALeakThatCameByAnotherPathIsPartOfIt) {
  const std::vector<Draft> one =
      merged(a_leak_and_a_rest(), {"chat!seat", "chat!on_read"},
             {"chat!seat", "chat!on_open"});
  ASSERT_EQ(one.size(), 1u);
  const Finding& finding = one.front().finding;
  EXPECT_EQ(finding.objects, Count{640});
  EXPECT_EQ(finding.residue, Bytes{640 * 136});
  EXPECT_NEAR(finding.rate.bytes_per_unit, 27.2 * 640 / 600, 1e-9);
  EXPECT_NEAR(finding.rate.bytes_per_connection_high, 34.0 * 640 / 600, 1e-9);
  ASSERT_EQ(finding.members.size(), 1u);
  EXPECT_EQ(finding.members[0].objects, Count{640});
  EXPECT_EQ(finding.members[0].sites.size(), 2u);
  EXPECT_EQ(finding.rings[1].objects, Count{80});
  EXPECT_THAT(finding.explanation,
              HasSubstr("40 blocks by another path of calls"));
}

TEST(Clusters, ARestOfAnotherFunctionOrSizeIsTold) {
  EXPECT_EQ(merged(a_leak_and_a_rest(), {"chat!seat", "chat!on_read"},
                   {"chat!note", "chat!on_open"})
                .size(),
            2u);
  std::vector<Draft> drafts = a_leak_and_a_rest();
  drafts[1].sizes = {Bytes{64}};
  EXPECT_EQ(merged(drafts, {"chat!seat"}, {"chat!seat"}).size(), 2u);
}

// What is known to the last byte has no rest.
TEST(Clusters, AnExactLeakTakesNothingIn) {
  std::vector<Draft> drafts = a_leak_and_a_rest();
  drafts[0].finding.rate.exact = true;
  EXPECT_EQ(merged(drafts, {"chat!seat"}, {"chat!seat"}).size(), 2u);
}

}  // namespace
}  // namespace tidemark
