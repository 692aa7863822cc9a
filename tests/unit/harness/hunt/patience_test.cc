#include "harness/hunt/patience.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using std::chrono::seconds;

// Two loaded cycles, three idle ones, two loaded ones, a second each.
RunRecord record_with(std::vector<FindingRing> rings,
                      FindingClass kind = FindingClass::kLeak) {
  RunRecord record;
  for (std::uint32_t i = 1; i <= 7; ++i) {
    CycleFacts cycle;
    cycle.index = {i};
    cycle.kind = i >= 3 && i <= 5 ? CycleKind::kIdle : CycleKind::kLoaded;
    if (cycle.kind == CycleKind::kLoaded)
      cycle.load.closed = {{"reset", Count{10}}, {"graceful", Count{50}}};
    cycle.started = seconds(i);
    cycle.finished = seconds(i + 1);
    record.cycles.push_back(cycle);
  }
  Finding finding;
  finding.kind = kind;
  finding.fingerprint = "1";
  finding.rings = std::move(rings);
  record.judgement.emplace();
  record.judgement->findings = {finding};
  return record;
}

FindingRing ring(std::uint32_t cycle, std::int64_t connections,
                 std::int64_t objects) {
  return {{cycle}, Count{connections}, {}, Count{objects}};
}

const Trace kTrace{"1", {}, {}};

Ways resets() {
  WeightedClose way;
  way.behavior = CloseBehavior::kReset;
  return {way};
}

TEST(HuntPatience, WhatIsAsMuchAfterTheIdleTimeStays) {
  EXPECT_TRUE(
      stays(record_with({ring(1, 10, 10), ring(2, 10, 10), ring(6, 10, 10)}),
            kTrace, resets()));
}

TEST(HuntPatience, WhatIsGoneFromTheFirstCyclesDoesNotStay) {
  EXPECT_FALSE(
      stays(record_with({ring(1, 10, 0), ring(2, 10, 1), ring(6, 10, 10)}),
            kTrace, resets()));
}

// Of descriptors the rings are differences: what went is below zero.
TEST(HuntPatience, DescriptorsThatWereClosedWhileIdleDoNotStay) {
  EXPECT_FALSE(stays(record_with({ring(1, 10, 10), ring(2, 10, 10),
                                  ring(4, 0, -20), ring(6, 10, 10)}),
                     kTrace, resets()));
}

TEST(HuntPatience, WhatIsLingeringOrNotThereDoesNotStay) {
  EXPECT_FALSE(
      stays(record_with({}, FindingClass::kLingering), kTrace, resets()));
  EXPECT_FALSE(
      stays(record_with({ring(1, 10, 10)}), Trace{"2", {}, {}}, resets()));
}

// A plan that leaves a way out of a cycle has none of it to lose.
TEST(HuntPatience, CyclesCountByTheGuiltyWaysTheyHave) {
  RunRecord record =
      record_with({ring(1, 60, 0), ring(2, 60, 10), ring(6, 60, 10)});
  EXPECT_TRUE(stays(record, kTrace, resets()));
  record.cycles[0].load.closed.erase("reset");
  record.judgement->findings[0].rings[1].objects = Count{3};
  EXPECT_FALSE(stays(record, kTrace, resets()));
  record.cycles[1].load.closed.erase("reset");
  EXPECT_TRUE(stays(record, kTrace, resets()));
}

TEST(HuntPatience, WhatHasNoRingsIsNotKnownToHaveGone) {
  EXPECT_TRUE(stays(record_with({}), kTrace, resets()));
}

TEST(HuntPatience, TheIdleTimeIsThatOfItsCycles) {
  EXPECT_EQ(idle_time(record_with({})), seconds(3));
}

}  // namespace
}  // namespace tidemark
