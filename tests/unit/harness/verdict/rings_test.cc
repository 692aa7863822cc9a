#include "harness/verdict/rings.h"

#include <gtest/gtest.h>

#include "harness/verdict/judge.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

// A leak of one block per connection, zoomed only from cycle `since` on.
Evidence zoomed_at(std::uint32_t since) {
  FakeRun run(three_closes());
  const SiteId entry = run.site(96, 1);
  Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(entry, cycle.connections.value);
      });
  SiteEvidence& before = evidence.sites[0];
  SiteEvidence& after = evidence.sites[1];
  after.known_since = {since};
  for (const RingReading& reading : before.readings) {
    if (reading.born.value >= since) after.readings.push_back(reading);
  }
  std::erase_if(before.readings, [since](const RingReading& reading) {
    return reading.born.value >= since;
  });
  evidence.linger.clear();
  return evidence;
}

TEST(Rings, DosesAreTheCyclesAfterTheBaseline) {
  FakeRun run(three_closes());
  const Evidence evidence =
      run.play([](FakeRun&, const PlannedCycle&, double) {});
  const std::vector<Dose> doses = measured_doses(evidence);
  ASSERT_EQ(doses.size(), 12u);
  EXPECT_EQ(doses.front().cycle, CycleIndex{6});
  EXPECT_EQ(doses.front().connections, 200);
  EXPECT_EQ(doses.front().messages, 400);
  EXPECT_NEAR(doses.front().seconds, 0.45, 1e-6);
}

TEST(Rings, BlocksThatReplaceOldOnesDoNotRaiseTheLevel) {
  FakeRun run(three_closes());
  const SiteId cache = run.site(64, 1, true);
  const Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(cache, cycle.connections.value);
        r.free_oldest(cache, r.level(cache) - 900);
      });
  const std::vector<Dose> doses = measured_doses(evidence);
  const std::vector<Series> all = RingBook(evidence, doses).series();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.front().sites, std::vector<SiteId>{1});
  EXPECT_EQ(all.front().residue.objects, Count{900});
  EXPECT_EQ(all.front().replaced, 900);
  for (double level : all.front().levels) EXPECT_EQ(level, 0);
}

TEST(Rings, ASiteZoomedInMidRunContinuesItsCallersRings) {
  const Judgement verdict = judge(zoomed_at(12));
  ASSERT_EQ(verdict.findings.size(), 1u);
  const Finding& finding = verdict.findings.front();
  EXPECT_EQ(finding.rate.bytes_per_connection, 96);
  EXPECT_EQ(finding.rings.size(), 12u);
  EXPECT_EQ(finding.objects, Count{1500});
  EXPECT_EQ(finding.sites.front(), 1u) << "the zoomed site has the stack";
}

TEST(Rings, ZoomingLateStillNamesTheZoomedSiteFirst) {
  const Judgement verdict = judge(zoomed_at(16));
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings.front().sites.front(), 1u);
  EXPECT_EQ(verdict.findings.front().rate.bytes_per_connection, 96);
}

TEST(Rings, ASiteNeverMentionedByTheWatchWasNotWatched) {
  FakeRun run(three_closes());
  const SiteId entry = run.site(96, 1);
  Evidence evidence =
      run.play([&](FakeRun& r, const PlannedCycle& cycle, double) {
        r.born(entry, cycle.connections.value);
      });
  std::erase_if(evidence.linger,
                [](const LingerReading& reading) { return reading.site == 0; });
  const std::vector<Dose> doses = measured_doses(evidence);
  EXPECT_FALSE(RingBook(evidence, doses).series().front().watch);
}

}  // namespace
}  // namespace tidemark
