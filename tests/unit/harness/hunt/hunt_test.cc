#include "harness/hunt/hunt.h"

#include <gtest/gtest.h>

#include "tests/unit/harness/hunt/made_up_service.h"

namespace tidemark {
namespace {

using B = CloseBehavior;

class HuntTest : public testing::Test {
 protected:
  HuntReport go() {
    return hunt({subject}, limits,
                [this](const Scenario& scenario, const std::string&) {
                  return service.run(scenario);
                });
  }

  static std::vector<std::string> ways_of(const Scenario& scenario) {
    return names_of(scenario.flows.front().close);
  }

  HuntSubject subject = subject_with({B::kReset, B::kFin, B::kHalfOpen}, 40);
  HuntLimits limits;
  MadeUpService service;
};

TEST_F(HuntTest, AnInnocentServiceCostsOneRunPerScreening) {
  const HuntReport report = go();
  EXPECT_TRUE(report.findings.empty());
  // Graceful ones, what ends at once in two groups, and peers that vanish.
  EXPECT_EQ(report.runs, 4u);
  ASSERT_EQ(report.screens.size(), 4u);
  EXPECT_EQ(report.screens[1].ways + report.screens[2].ways, 44u);
  EXPECT_FALSE(report.error);
}

TEST_F(HuntTest, WhatEveryConnectionLeavesIsFoundByTheFewestGracefulOnes) {
  service.leaks["join"] = {"graceful"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kConfirmed);
  EXPECT_EQ(report.findings[0].ways, std::vector<std::string>{"graceful"});
  const LoadSpec& load = report.findings[0].scenario.flows.front();
  EXPECT_EQ(load.close, Ways{graceful_way()});
  EXPECT_EQ(load.traffic.messages, 0u);
  EXPECT_EQ(load.connections, 8u);
}

TEST_F(HuntTest, AWayThatIsNamedIsTriedAloneAtOnce) {
  service.leaks["log"] = {"p17"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(ways_of(report.findings[0].scenario),
            std::vector<std::string>{"p17"});
  ASSERT_GE(service.runs.size(), 5u);
  EXPECT_EQ(ways_of(service.runs[4]),
            (std::vector<std::string>{"graceful", "p17"}));
}

TEST_F(HuntTest, AWayThatNobodyNamesIsFoundByHalves) {
  service.names_ways = false;
  service.leaks["log"] = {"p23"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kConfirmed);
  EXPECT_EQ(ways_of(report.findings[0].scenario),
            std::vector<std::string>{"p23"});
  EXPECT_LT(report.runs, 25u);
}

TEST_F(HuntTest, StepsOnTheWayAreHurriedAndWhatIsKeptIsNot) {
  service.leaks["log"] = {"p17"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(service.runs[4].cycles.linger, Duration{});
  EXPECT_EQ(report.findings[0].scenario.cycles, CycleSpec{});
  EXPECT_EQ(report.findings[0].scenario.target, subject.target);
}

TEST_F(HuntTest, AllThatTheScreeningBlamesIsTold) {
  service.names_ways = true;
  service.leaks["log"] = {"p17"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].blamed, std::vector<std::string>{"p17"});
}

TEST_F(HuntTest, WhatTwoFindingsTurnOutToBeOneOfIsToldOnce) {
  service.leaks["log"] = {"p3"};
  service.leaks["log2"] = {"p3"};
  service.same_alone = {"log", "log2"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].ways, std::vector<std::string>{"p3"});
}

TEST_F(HuntTest, OneCauseInSeveralGroupsIsOneFinding) {
  service.leaks["log"] = {"reset", "p39"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].blamed,
            (std::vector<std::string>{"reset", "p39"}));
}

TEST_F(HuntTest, DoubtThatGoesWithTheGuiltyWayIsNotTold) {
  service.leaks["log"] = {"p3"};
  service.shadows = {{"noise", "p3"}};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kConfirmed);
}

TEST_F(HuntTest, DoubtThatStaysWithoutTheGuiltyWayIsTold) {
  service.leaks["log"] = {"p3"};
  service.shadows = {{"noise", "p5"}};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 2u);
  EXPECT_EQ(report.findings[1].standing, HuntStanding::kSeenOnce);
}

TEST_F(HuntTest, PeersThatAreNoticedLateAreNoDoubt) {
  service.undrained = true;
  const HuntReport report = go();
  EXPECT_EQ(report.screens.back().outcome, Outcome::kPass);
  service.leaks["pool"] = {"half_open"};
  EXPECT_EQ(go().findings.size(), 1u);
}

TEST_F(HuntTest, SeveralLeaksHaveAScenarioEach) {
  service.leaks["join"] = {"graceful"};
  service.leaks["log"] = {"reset", "fin"};
  service.leaks["parse"] = {"p3"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 3u);
  std::set<std::string> first_ways;
  for (const HuntFinding& finding : report.findings) {
    EXPECT_EQ(finding.standing, HuntStanding::kConfirmed);
    first_ways.insert(finding.ways.front());
  }
  EXPECT_EQ(first_ways, (std::set<std::string>{"graceful", "reset", "p3"}));
}

TEST_F(HuntTest, MessagesStayWhereNothingIsFoundWithoutThem) {
  service.leaks["parse"] = {"graceful"};
  service.needs_messages = true;
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].scenario.flows.front().traffic.messages, 2u);
}

TEST_F(HuntTest, ConnectionsStayAsManyAsItTakes) {
  service.leaks["join"] = {"graceful"};
  service.least_connections = 20;
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].scenario.flows.front().connections, 25u);
}

TEST_F(HuntTest, WhatHappensAtRandomKeepsTwiceTheConnectionsThatWereEnough) {
  service.leaks["join"] = {"graceful"};
  service.exact = false;
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].scenario.flows.front().connections, 12u);
}

TEST_F(HuntTest, WhatIsWrittenWasRunAsItIs) {
  service.leaks["log"] = {"reset", "p5"};
  const HuntReport report = go();
  for (const HuntFinding& finding : report.findings) {
    EXPECT_NE(
        std::find(service.runs.begin(), service.runs.end(), finding.scenario),
        service.runs.end());
  }
}

TEST_F(HuntTest, NoExperimentIsDoneTwice) {
  service.names_ways = false;
  service.leaks["log"] = {"p1"};
  service.leaks["parse"] = {"p1"};
  go();
  for (std::size_t i = 0; i < service.runs.size(); ++i)
    for (std::size_t j = i + 1; j < service.runs.size(); ++j)
      EXPECT_FALSE(service.runs[i] == service.runs[j]) << i << " is " << j;
}

TEST_F(HuntTest, EveryWayThatKillsIsFoundAndTheRestIsScreened) {
  service.deadly = {"p2", "p30", "fin"};
  service.leaks["log"] = {"p31"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 2u);
  const HuntFinding& death = report.findings[0];
  EXPECT_EQ(death.kind, HuntKind::kDeath);
  EXPECT_EQ(death.standing, HuntStanding::kConfirmed);
  EXPECT_EQ(std::set<std::string>(death.ways.begin(), death.ways.end()),
            service.deadly);
  EXPECT_EQ(death.scenario.flows.front().close.size(), 1u);
  EXPECT_EQ(report.findings[1].ways, std::vector<std::string>{"p31"});
  EXPECT_EQ(report.screens[1].ways + report.screens[2].ways, 41u);
}

TEST_F(HuntTest, ADeathOfNothingAloneIsToldAsSeenOnce) {
  service.deadly_together = {"p1", "p3"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].kind, HuntKind::kDeath);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kSeenOnce);
  EXPECT_EQ(report.findings[0].ways.size(), 22u);
}

TEST_F(HuntTest, AServiceThatDiesOfGoodByesEndsTheHunt) {
  service.deadly = {"graceful"};
  const HuntReport report = go();
  ASSERT_TRUE(report.error);
  EXPECT_EQ(report.error->message, "it died");
  EXPECT_EQ(report.runs, 1u);
}

TEST_F(HuntTest, WhatNoSmallerRunFindsIsSeenOnce) {
  service.leaks["log"] = {"p1", "reset"};
  service.least_connections = 70;  // a follow-up has 60
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kSeenOnce);
}

TEST_F(HuntTest, NoRunBeginsWhenTheTimeIsUp) {
  service.names_ways = false;
  service.leaks["log"] = {"p1"};
  limits.budget = std::chrono::seconds(5);
  const HuntReport report = go();
  EXPECT_TRUE(report.out_of_time);
  EXPECT_EQ(report.runs, 5u);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kNotFollowed);
}

TEST_F(HuntTest, WhatNobodyHadTimeForIsNotFollowedUp) {
  service.leaks["log"] = {"p1"};
  limits.budget = std::chrono::seconds(4);
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kNotFollowed);
}

TEST_F(HuntTest, AnInterruptEndsItAndKeepsWhatIsKnown) {
  service.leaks["join"] = {"graceful"};
  int left = 3;
  const HuntReport report = hunt(
      {subject}, limits, [&](const Scenario& scenario, const std::string&) {
        RunRecord record = service.run(scenario);
        if (--left == 0)
          record.error = Error{ErrorKind::kInterrupted, "interrupted", ""};
        return record;
      });
  ASSERT_TRUE(report.error);
  EXPECT_EQ(report.error->kind, ErrorKind::kInterrupted);
  EXPECT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(service.runs.size(), 3u);
}

TEST_F(HuntTest, NobodyWaitsForVanishedPeersToBeNoticed) {
  go();
  ASSERT_EQ(service.runs.size(), 4u);
  EXPECT_EQ(service.runs[1].cycles, CycleSpec{});
  EXPECT_EQ(ways_of(service.runs[3]),
            (std::vector<std::string>{"graceful", "half_open"}));
  EXPECT_LT(service.runs[3].cycles.drain_timeout, CycleSpec{}.drain_timeout);
}

TEST_F(HuntTest, WhatATimeoutEndsIsToldAndIsNoLeak) {
  service.leaks["log"] = {"reset"};
  service.leaks["body"] = {"p4"};
  service.released = {"body"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 2u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kReleased);
  EXPECT_EQ(report.findings[0].ways, std::vector<std::string>{"p4"});
  EXPECT_GT(report.findings[0].watched, Duration{});
  EXPECT_EQ(report.findings[1].standing, HuntStanding::kConfirmed);
}

// Where it does not come at all, nobody can see that it goes.
TEST_F(HuntTest, WhatALevelBringsAboutIsWaitedForAtThatLevel) {
  service.leaks["notes"] = {"graceful"};
  service.of_large = {"notes"};
  subject.load.traffic.messages = 4;
  HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kConfirmed);
  service.released = {"notes"};
  report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kReleased);
}

TEST_F(HuntTest, WhatASmallerLevelBringsAboutIsNotTakenForGone) {
  service.leaks["notes"] = {"graceful"};
  service.of_small = {"notes"};
  subject.load.traffic.messages = 4;
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kConfirmed);
}

TEST_F(HuntTest, WithoutPatienceNobodyWaits) {
  service.leaks["body"] = {"p4"};
  service.released = {"body"};
  subject.patience = Duration{};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kConfirmed);
}

TEST_F(HuntTest, WhatStillGoesAwayIsWatchedForAsLongAsThatTakes) {
  service.fading["session"] = std::chrono::seconds(8);
  const HuntReport report = go();
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.runs, 2 * report.screens.size());
  for (const HuntScreen& screen : report.screens)
    EXPECT_EQ(screen.outcome, Outcome::kPass);
}

TEST_F(HuntTest, WhatGoesAwaySlowerThanThereIsPatienceForStaysInDoubt) {
  service.fading["session"] = std::chrono::minutes(8);
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].standing, HuntStanding::kSeenOnce);
  for (const Scenario& run : service.runs)
    EXPECT_LE(run.cycles.linger, subject.patience);
}

TEST_F(HuntTest, AServiceThatDiesWhileItIsWatchedHasDied) {
  service.fading["session"] = std::chrono::seconds(8);
  service.dies_when_watched = std::chrono::seconds(30);
  const HuntReport report = go();
  EXPECT_TRUE(report.error);
}

TEST_F(HuntTest, WithoutPatienceNobodyWatchesWhatGoesAway) {
  service.fading["session"] = std::chrono::seconds(8);
  subject.patience = Duration{};
  go();
  for (const Scenario& run : service.runs)
    EXPECT_LE(run.cycles.linger, CycleSpec{}.linger);
}

TEST_F(HuntTest, OnePlaceWithTwoCausesIsTwoFindings) {
  service.leaks["pool"] = {"reset", "half_open"};
  const HuntReport report = go();
  ASSERT_EQ(report.findings.size(), 2u);
  EXPECT_EQ(report.findings[0].ways, std::vector<std::string>{"reset"});
  EXPECT_EQ(report.findings[1].ways, std::vector<std::string>{"half_open"});
}

}  // namespace
}  // namespace tidemark
