#include "harness/run/runner.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/support/fake_frozen_heap.h"
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
                 {target, &heap, kernel, driver, clock, cancellation, observer,
                  standins},
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
  std::vector<StandIn*> standins;
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

// A list of what is kept, as the fake heap counts it.
std::unique_ptr<FrozenHeap> kept_in_a_list(const FakeHeap& heap) {
  auto copy = std::make_unique<FakeFrozenHeap>();
  std::uint64_t at = copy->global("g_kept");
  for (const auto& [born, objects] : heap.survivors)
    for (std::int64_t i = 0; i < objects; ++i) {
      const std::uint64_t block = copy->block(96, 1, born);
      copy->set(at, block);
      at = block;
    }
  return copy;
}

TEST_F(Runner, ALeakSaysWhoHoldsIt) {
  driver.kept_per_connection = 1;
  heap.on_freeze = [this] { return kept_in_a_list(heap); };
  RunRecord record = run();
  ASSERT_TRUE(record.judgement);
  ASSERT_FALSE(record.judgement->findings.empty());
  const Finding& finding = record.judgement->findings[0];
  ASSERT_TRUE(finding.retention);
  ASSERT_EQ(finding.retention->paths.size(), 1u);
  const RetainingPath& path = finding.retention->paths[0];
  EXPECT_EQ(path.root_name, "g_kept");
  // Those of the warm-up are held, too, and are not the finding's.
  EXPECT_EQ(path.objects, finding.objects);
  ASSERT_TRUE(record.held);
  ASSERT_EQ(record.held->paths.size(), 1u);
  EXPECT_GT(record.held->paths[0].objects, finding.objects);
  ASSERT_FALSE(record.allocated.empty());
  EXPECT_EQ(record.allocated[0].objects, record.held->paths[0].objects);
  EXPECT_EQ(heap.freezes, 1);
}

TEST_F(Runner, ACleanServiceIsNotCopied) {
  run();
  EXPECT_EQ(heap.freezes, 0);
}

TEST_F(Runner, ACleanServiceIsCopiedIfTheScenarioAlwaysAsks) {
  scenario.target.retention = RetentionMode::kAlways;
  heap.on_freeze = [this] { return kept_in_a_list(heap); };
  RunRecord record = run();
  EXPECT_EQ(heap.freezes, 1);
  EXPECT_TRUE(record.held);
}

TEST_F(Runner, ALeakIsNotCopiedIfTheScenarioNeverAsks) {
  scenario.target.retention = RetentionMode::kNever;
  driver.kept_per_connection = 1;
  RunRecord record = run();
  EXPECT_EQ(heap.freezes, 0);
  EXPECT_FALSE(record.held);
}

TEST_F(Runner, ARunStandsWhereNobodyCanBeAsked) {
  driver.kept_per_connection = 1;
  heap.freeze_error = Error{ErrorKind::kEnvironment, "no copy", ""};
  RunRecord record = run();
  EXPECT_FALSE(record.error);
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kLeak);
  EXPECT_EQ(record.service.invisible,
            std::vector<std::string>{"who holds what: no copy"});
}

TEST_F(Runner, WhatCouldNotBeLookedAtIsToldBesideWhatIsInvisible) {
  heap.unrecorded = {"process 7: 3 blocks beyond the table's room"};
  heap.accountable = false;
  const RunRecord record = run();
  EXPECT_EQ(record.service.invisible,
            (std::vector<std::string>{
                "process 7: 3 blocks beyond the table's room",
                "where the memory is: its pages may not be looked into"}));
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kInconclusive);
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

TEST_F(Runner, WaysThatEndBeforeTheHandshakeAreALoad) {
  driver.ends_before_the_handshake = true;
  driver.kept_per_connection = 1;
  const RunRecord record = run();
  ASSERT_FALSE(record.error) << record.error->message;
  EXPECT_EQ(record.judgement->outcome, Outcome::kLeak);
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
  scenario.cycles.planned = false;  // one wave a cycle
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

// Its runtime does not answer any more, and its end is told a little later.
TEST_F(Runner, AServiceThatDiesAsItsHeapIsLookedAtHasDied) {
  heap.on_purge = [this]() -> Status {
    target.exit = ServiceExit{{}, 9, false};
    return fail(ErrorKind::kEnvironment, "the inspector has hung up");
  };
  const RunRecord record = run();
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->message,
            "the service died during the run: it was killed by signal 9");
}

TEST_F(Runner, AHeapThatCannotBeAskedIsToldOfALiveService) {
  heap.on_purge = [] {
    return Status(fail(ErrorKind::kEnvironment, "the inspector has hung up"));
  };
  const RunRecord record = run();
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->message, "the inspector has hung up");
}

TEST_F(Runner, CtrlCEndsTheRunWithAPartialRecord) {
  scenario.cycles.planned = false;  // one wave a cycle
  int cycle = 0;
  driver.on_open = [&] {
    if (++cycle == 2) cancellation.asked = true;
  };
  RunRecord record = run();
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->kind, ErrorKind::kInterrupted);
  EXPECT_TRUE(record.partial);
  EXPECT_EQ(record.cycles.size(), 1u);
  ASSERT_FALSE(record.phases.empty());
  EXPECT_EQ(record.phases.back().name, "warm-up");
  EXPECT_GT(record.phases.back().finished, Duration{});
}

TEST_F(Runner, AServiceThatWasNeverStartedHasNoEnd) {
  target.start_result = fail(ErrorKind::kEnvironment, "the port is taken");
  target.exit = ServiceExit{};
  const RunRecord record = run();
  EXPECT_EQ(record.service.exit, std::nullopt);
  ASSERT_FALSE(record.phases.empty());
  EXPECT_EQ(record.phases.back().name, "start");
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

TEST_F(Runner, UpstreamsThatStayAreAFindingAndHoldNoCycleUpForLong) {
  FakeStandIn cache("cache");
  standins = {&cache};
  driver.on_open = [&] { cache.open(driver.open_now().value); };
  const TimePoint started = clock.now();
  RunRecord record = run();
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kLeak);
  ASSERT_EQ(record.judgement->findings.size(), 1u);
  EXPECT_EQ(record.judgement->findings[0].kind, FindingClass::kUpstream);
  EXPECT_EQ(record.judgement->findings[0].standin, "cache");
  const CycleFacts& first = record.cycles.front();
  ASSERT_EQ(first.standins.size(), 1u);
  EXPECT_EQ(first.standins[0].accepted, Count{60});
  EXPECT_EQ(first.standins[0].open, Count{60});
  EXPECT_EQ(first.standins[0].requests, Count{120});
  EXPECT_EQ(record.cycles[1].standins[0].accepted, Count{60});
  EXPECT_EQ(record.cycles[1].standins[0].open, Count{120});
  EXPECT_TRUE(first.drained);
  ASSERT_EQ(record.standins.size(), 1u);
  EXPECT_EQ(record.standins[0].counts, cache.seen);
  EXPECT_EQ(record.standins[0].stayed.size(), kStayedShown);
  EXPECT_LT(to_seconds(clock.now() - started),
            8 + 0.8 * static_cast<double>(record.cycles.size()));
}

TEST_F(Runner, UpstreamsThatCloseALittleLaterAreWaitedFor) {
  FakeStandIn cache("cache");
  standins = {&cache};
  std::optional<TimePoint> gone;
  driver.on_open = [&] { cache.open(driver.open_now().value); };
  driver.on_close = [&] { gone = clock.now() + std::chrono::seconds(1); };
  cache.on_look = [&] {
    if (gone && clock.now() >= *gone) cache.close(cache.seen.open.value);
  };
  RunRecord record = run();
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kPass);
  for (const CycleFacts& facts : record.cycles)
    EXPECT_EQ(facts.standins[0].open, Count{0}) << facts.index.value;
}

TEST_F(Runner, UpstreamsOfAWarmUpThatTakesAllOfTheTimeAreNotJudged) {
  FakeStandIn cache("cache");
  standins = {&cache};
  driver.kept_per_connection = 1;
  driver.on_open = [&] {
    cache.open(driver.open_now().value);
    clock.advance(scenario.cycles.max_duration);
  };
  const RunRecord record = run();
  ASSERT_FALSE(record.error) << record.error->message;
  EXPECT_EQ(record.cycles.size(), 1u);
  EXPECT_EQ(record.judgement->outcome, Outcome::kInconclusive);
  EXPECT_TRUE(record.judgement->findings.empty());
}

TEST_F(Runner, AStandInThatExpectsNoCloseDoesNotFailTheRun) {
  FakeStandIn cache("cache");
  standins = {&cache};
  scenario.standins.emplace_back();
  scenario.standins[0].name = "cache";
  scenario.standins[0].expect_closed = false;
  driver.on_open = [&] { cache.open(driver.open_now().value); };
  EXPECT_EQ(run().judgement->outcome, Outcome::kPass);
}

// Whichever cycle it is: every third, counted from another one each time.
class BusyCycle : public Runner, public ::testing::WithParamInterface<int> {};

TEST_P(BusyCycle, IsNotTakenForWhatOpenConnectionsHold) {
  int cycle = GetParam();
  driver.on_open = [&] {
    const bool whole = driver.open_now() == Count{60};
    const std::int64_t more = whole && ++cycle % 3 == 0 ? 50 : 0;
    heap.survivors[heap.now.value] += driver.open_now().value + more;
  };
  driver.on_close = [&] { heap.survivors.erase(heap.now.value); };
  const RunRecord record = run();
  ASSERT_TRUE(record.open);
  EXPECT_EQ(record.open->bytes, Bytes{60 * 96});
}
INSTANTIATE_TEST_SUITE_P(Every, BusyCycle, ::testing::Range(0, 3));

TEST_F(Runner, WhatOpenConnectionsHoldIsKeptBySiteAndZoomedInTime) {
  scenario.expect.peak_per_connection = Bytes{95};
  driver.on_open = [&] {
    heap.survivors[heap.now.value] += driver.open_now().value;
  };
  driver.on_close = [&] { heap.survivors.erase(heap.now.value); };
  RunRecord record = run();
  ASSERT_TRUE(record.open);
  EXPECT_EQ(record.open->connections, Count{60});
  EXPECT_EQ(record.open->bytes, Bytes{60 * 96});
  ASSERT_EQ(record.open->sites.size(), 1u);
  EXPECT_EQ(record.open->sites[0].objects, Count{60});
  EXPECT_DOUBLE_EQ(record.open->sites[0].bytes_per_connection, 96);
  EXPECT_EQ(record.open->sites[0].place, "guilty (guilty.cc:7)");
  EXPECT_EQ(heap.zoomed, std::vector<SiteId>{1});
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kLeak);
  EXPECT_EQ(record.judgement->reason,
            "each open connection holds 96 B of the heap where 95 B are "
            "allowed: 96 B in 1 block at guilty (guilty.cc:7); 96 B × 60 "
            "connections = 5,760 B of 5,760 B, 0 B unexplained");
  for (const PhaseRecord& phase : record.phases)
    EXPECT_NE(phase.name, "linger");
}

TEST_F(Runner, AServiceThatHadToBeKilledIsAnError) {
  target.exit.reset();
  scenario.target.stop.expect_exit_code = 3;
  RunRecord record = run();
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->message,
            "the service ended with code 0, target.stop.expectExitCode is 3");
}

TEST_F(Runner, TheMemoryIsAccountedForAtEachMoment) {
  const RunRecord record = run();
  std::vector<std::string> moments;
  for (const MemoryAccount& account : record.memory)
    moments.push_back(account.moment);
  EXPECT_EQ(moments, (std::vector<std::string>{"start", "baseline", "open",
                                               "unpurged", "settled"}));
  EXPECT_TRUE(record.service.invisible.empty());
}

TEST_F(Runner, AServiceWhosePagesMayNotBeSeenIsJudgedAllTheSame) {
  heap.accountable = false;
  const RunRecord record = run();
  EXPECT_TRUE(record.memory.empty());
  EXPECT_EQ(record.service.invisible,
            std::vector<std::string>{
                "where the memory is: its pages may not be looked into"});
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kPass);
}

TEST_F(Runner, AnAllocatorThatDidNotTakeEffectEndsTheRun) {
  scenario.target.allocator = "jemalloc";
  const RunRecord record = run();
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->kind, ErrorKind::kEnvironment);
  EXPECT_EQ(record.error->message,
            "target.allocator is jemalloc, but the service allocates with "
            "fake");
  EXPECT_EQ(record.error->hint,
            "it was preloaded and did not take effect: does the service, or a "
            "script that starts it, set LD_PRELOAD, or bring its own?");
}

TEST_F(Runner, AnAllocatorThatIsThereOrHasNoNameIsFine) {
  for (const char* allocator : {"fake", "/usr/lib/libother.so"}) {
    scenario.target.allocator = allocator;
    EXPECT_FALSE(run().error) << allocator;
  }
}

}  // namespace
}  // namespace tidemark
