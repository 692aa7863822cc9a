#include "harness/watch/watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/fake_world.h"

namespace tidemark {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Watcher : public testing::Test {
 protected:
  Watcher() {
    plan.every = seconds(30);
    plan.for_long = minutes(5);
  }

  RunRecord watch(HeapProbe* probe) {
    RunRecord record;
    watch_service(
        plan,
        {target, probe, kernel, clock, cancellation, observer,
         [] { return std::string("2026-11-22T07:31:32Z"); },
         [this](const WatchReading& reading, const RunRecord&) -> Status {
           readings.push_back(reading);
           if (on_reading) on_reading();
           return {};
         }},
        record);
    EXPECT_TRUE(target.stopped);
    return record;
  }
  RunRecord watch() { return watch(&heap); }

  // The service keeps one block more from reading to reading.
  void keep_one_more() {
    on_reading = [this] { ++heap.survivors[heap.now.value]; };
  }

  WatchPlan plan;
  FakeTarget target;
  FakeHeap heap;
  FakeKernel kernel;
  ManualClock clock;
  FakeCancellation cancellation;
  FakeObserver observer;
  std::vector<WatchReading> readings;
  std::function<void()> on_reading;
};

TEST_F(Watcher, ReadsAtTheBeatUntilTheTimeIsOver) {
  const RunRecord record = watch();
  ASSERT_FALSE(record.error) << record.error->message;
  ASSERT_EQ(readings.size(), 11u);
  for (std::size_t i = 0; i < readings.size(); ++i)
    EXPECT_EQ(readings[i].at, Duration(seconds(30)) * int(i));
  EXPECT_TRUE(record.watched);
  EXPECT_FALSE(record.partial);
  EXPECT_EQ(record.took, Duration(minutes(5)));
}

TEST_F(Watcher, WhatGrowsIsNamedAndNeverFails) {
  keep_one_more();
  const RunRecord record = watch();
  ASSERT_TRUE(readings.back().heap);
  EXPECT_EQ(readings.back().heap->live, Bytes{10 * 96});
  ASSERT_EQ(readings.back().heap->growing.size(), 1u);
  EXPECT_EQ(readings.back().heap->growing[0],
            (GrowingPlace{"guilty (guilty.cc:7)", {960}, {10}}));
  ASSERT_TRUE(record.judgement);
  EXPECT_EQ(record.judgement->outcome, Outcome::kInconclusive);
  for (const Finding& finding : record.judgement->findings)
    EXPECT_FALSE(finding.fails);
  EXPECT_EQ(heap.zoomed, std::vector<SiteId>{1});
}

TEST_F(Watcher, GrowthInEveryPeriodIsGrowthWithTime) {
  plan.for_long = minutes(15);
  keep_one_more();
  const RunRecord record = watch();
  ASSERT_EQ(record.judgement->findings.size(), 1u);
  EXPECT_EQ(record.judgement->findings[0].residue, Bytes{30 * 96});
  EXPECT_EQ(record.judgement->findings[0].rings.size(), 30u);
  EXPECT_EQ(record.judgement->findings[0].kind, FindingClass::kTimeGrowth);
  EXPECT_NEAR(record.judgement->findings[0].rate.bytes_per_unit, 96.0 / 30,
              0.5);
}

TEST_F(Watcher, WhatCameOnceIsUndecided) {
  plan.for_long = minutes(15);
  on_reading = [this] {
    if (readings.size() == 4) heap.survivors[heap.now.value] = 500;
  };
  const RunRecord record = watch();
  ASSERT_EQ(record.judgement->findings.size(), 1u);
  EXPECT_EQ(record.judgement->findings[0].kind, FindingClass::kUndecided);
}

TEST_F(Watcher, WhatWasReplacedDoesNotGrow) {
  heap.survivors[0] = 10;
  on_reading = [this] {
    heap.survivors.clear();
    heap.survivors[heap.now.value] = 10;
  };
  const RunRecord record = watch();
  EXPECT_TRUE(record.judgement->findings.empty());
}

TEST_F(Watcher, AWatchOfAWeekHasFewPeriods) {
  plan.for_long = std::chrono::hours(24 * 7);
  const RunRecord record = watch();
  EXPECT_GT(readings.size(), 20000u);
  EXPECT_LT(record.cycles.size(), 300u);
  EXPECT_GT(record.cycles.size(), 100u);
  EXPECT_EQ(record.kernel.size(), record.cycles.size());
  EXPECT_LE(record.memory.size(), 2u);
}

TEST_F(Watcher, WithoutAHeapTheKernelsFiguresAreTold) {
  const RunRecord record = watch(nullptr);
  ASSERT_FALSE(record.error);
  EXPECT_FALSE(readings.back().heap);
  EXPECT_EQ(readings.back().threads, Count{1});
  EXPECT_TRUE(record.judgement->findings.empty());
}

TEST_F(Watcher, AnInterruptIsItsEnd) {
  plan.for_long.reset();
  on_reading = [this] { cancellation.asked = readings.size() == 3; };
  const RunRecord record = watch();
  EXPECT_FALSE(record.error);
  EXPECT_TRUE(record.judgement);
  EXPECT_LE(readings.size(), 4u);
}

TEST_F(Watcher, AServiceThatEndsIsAnErrorAndWhatWasSeenIsKept) {
  keep_one_more();
  on_reading = [this, more = on_reading] {
    more();
    if (readings.size() == 3) target.exit = ServiceExit{1, {}, false};
  };
  const RunRecord record = watch();
  ASSERT_TRUE(record.error);
  EXPECT_EQ(record.error->kind, ErrorKind::kEnvironment);
  EXPECT_EQ(readings.size(), 3u);
  EXPECT_FALSE(observer.kept.empty());
  EXPECT_FALSE(record.cycles.empty());
}

TEST_F(Watcher, PagesThatMayNotBeSeenAreToldOnce) {
  heap.accountable = false;
  const RunRecord record = watch();
  ASSERT_FALSE(record.error);
  EXPECT_FALSE(readings.back().heap->allocator);
  EXPECT_TRUE(record.memory.empty());
  EXPECT_THAT(record.service.invisible,
              testing::Contains("where the memory is: its pages may not be "
                                "looked into"));
}

TEST_F(Watcher, APeriodThatHasTheLastNumberLasts) {
  plan.every = seconds(1);
  plan.for_long = std::chrono::hours(24 * 4);
  on_reading = [this] {
    if (readings.size() > 2) readings.erase(readings.begin());
  };
  const RunRecord record = watch();
  ASSERT_FALSE(record.error) << record.error->message;
  EXPECT_EQ(record.cycles.size(), kMaxCycles);
  EXPECT_EQ(record.cycles.back().finished, *plan.for_long);
}

TEST_F(Watcher, BlocksThatAnEarlierWatchSawAreNotNew) {
  heap.survivors[7] = 100;
  const RunRecord record = watch();
  EXPECT_TRUE(record.judgement->findings.empty());
  EXPECT_EQ(record.cycles.front().index.value, 8u);
}

TEST_F(Watcher, APlaceThatRenewsItsBlocksDoesNotGrow) {
  heap.survivors[1] = 100;
  on_reading = [this] {
    heap.survivors.begin()->second -= 10;
    if (heap.survivors.begin()->second == 0)
      heap.survivors.erase(heap.survivors.begin());
    heap.survivors[heap.now.value] += 10;
  };
  watch();
  EXPECT_TRUE(readings.back().heap->growing.empty());
}

TEST_F(Watcher, ACopyThatCannotBeMadeDoesNotEndTheWatchBadly) {
  keep_one_more();
  plan.holders = true;
  heap.freeze_error = Error{ErrorKind::kEnvironment, "it is stuck", ""};
  const RunRecord record = watch();
  EXPECT_FALSE(record.error);
  EXPECT_FALSE(record.allocated.empty());
  EXPECT_THAT(record.service.invisible,
              testing::Contains("who holds what: it is stuck"));
}

TEST_F(Watcher, HoldersAreAskedForOnlyWhenWanted) {
  keep_one_more();
  watch();
  EXPECT_EQ(heap.freezes, 0);
  plan.holders = true;
  watch();
  EXPECT_EQ(heap.freezes, 1);
}

}  // namespace
}  // namespace tidemark
