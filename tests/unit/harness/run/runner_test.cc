#include "harness/run/runner.h"

#include <gtest/gtest.h>

#include "tests/support/fake_world.h"

namespace tidemark {
namespace {

class Runner : public testing::Test {
 protected:
  Runner() {
    scenario.name = "fake";
    scenario.target.command = {"service"};
    scenario.flows[0].connections = 60;
    scenario.flows[0].url = "ws://127.0.0.1:1/";
  }

  RunRecord run() {
    RunRecord record;
    run_scenario(scenario,
                 {target, &heap, kernel, driver, clock, cancellation, observer},
                 record);
    EXPECT_TRUE(target.stopped);
    return record;
  }

  Scenario scenario;
  FakeTarget target;
  FakeHeap heap;
  FakeKernel kernel;
  FakeDriver driver{heap};
  ManualClock clock;
  FakeCancellation cancellation;
  FakeObserver observer;
};

TEST_F(Runner, AServiceThatKeepsTwoBlocksPerConnectionIsALeak) {
  driver.kept_per_connection = 2;
  RunRecord record = run();
  ASSERT_FALSE(record.error) << record.error->message;
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kLeak);
  ASSERT_FALSE(record.judgement->findings.empty());
  const Finding& finding = record.judgement->findings[0];
  EXPECT_EQ(finding.kind, FindingClass::kLeak);
  EXPECT_DOUBLE_EQ(finding.rate.bytes_per_connection, 192);
  EXPECT_DOUBLE_EQ(finding.rate.objects_per_connection, 2);
  ASSERT_EQ(record.sites.size(), 1u);
  EXPECT_EQ(record.sites[0].frames[0].function, "guilty()");
  EXPECT_FALSE(record.partial);
}

TEST_F(Runner, ACleanServicePassesWithADetectionLimit) {
  RunRecord record = run();
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kPass);
  EXPECT_GT(record.judgement->limit.bytes_per_connection, 0);
}

TEST_F(Runner, SuspectsAreZoomedBeforeTheMeasuredCycles) {
  driver.kept_per_connection = 1;
  run();
  EXPECT_EQ(heap.zoomed, std::vector<SiteId>{1});
}

TEST_F(Runner, TheRecordIsKeptAfterEveryCycle) {
  RunRecord record = run();
  EXPECT_GE(observer.kept.size(), record.cycles.size());
  EXPECT_TRUE(observer.kept[2].partial);
  EXPECT_FALSE(observer.kept.back().partial);
}

TEST_F(Runner, AServiceThatRefusesEverybodyIsAnEnvironmentError) {
  driver.refuse = true;
  RunRecord record = run();
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->kind, ErrorKind::kEnvironment);
  EXPECT_EQ(record.error->message,
            "the service accepted none of 60 connections to ws://127.0.0.1:1/"
            "\n  60 × connection refused");
  EXPECT_EQ(record.connections.refused, Count{60});
  EXPECT_TRUE(record.partial);
}

TEST_F(Runner, AServiceThatDiesIsExaminedPostMortem) {
  driver.kept_per_connection = 1;
  int cycle = 0;
  driver.on_open = [&] {
    if (++cycle == 4) target.exit = ServiceExit{{}, 11, false};
  };
  RunRecord record = run();
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->message,
            "the service died during the run: it was killed by signal 11");
  ASSERT_EQ(record.post_mortem.size(), 1u);
  EXPECT_EQ(record.post_mortem[0].objects, Count{180});
  EXPECT_EQ(record.cycles.size(), 3u);
}

TEST_F(Runner, CtrlCEndsTheRunWithAPartialRecord) {
  int cycle = 0;
  driver.on_open = [&] {
    if (++cycle == 2) cancellation.asked = true;
  };
  RunRecord record = run();
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->kind, ErrorKind::kInterrupted);
  EXPECT_TRUE(record.partial);
  EXPECT_EQ(record.cycles.size(), 1u);
}

TEST_F(Runner, AServiceThatDoesNotStartIsStoppedAndReported) {
  target.start_result = fail(ErrorKind::kEnvironment, "no such program");
  RunRecord record = run();
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->message, "no such program");
}

TEST_F(Runner, SocketsThatStayMakeTheRunInconclusiveNotPass) {
  kernel.stuck = 0;
  driver.on_open = [&] { kernel.stuck = 3; };
  RunRecord record = run();
  ASSERT_TRUE(record.judgement);
  EXPECT_FALSE(record.cycles.front().drained);
  EXPECT_NE(record.judgement->outcome, Outcome::kPass);
}

TEST_F(Runner, AServiceThatHadToBeKilledIsAnError) {
  target.exit.reset();
  scenario.target.stop.expect_exit_code = 3;
  RunRecord record = run();
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->message,
            "the service ended with code 0, target.stop.expectExitCode is 3");
}

}  // namespace
}  // namespace tidemark
