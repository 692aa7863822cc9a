#include "harness/verdict/warmup.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

Ring ring(SiteId site, std::uint32_t born, std::int64_t objects,
          std::int64_t size = 10) {
  return {site, {born}, {objects}, {objects * size}};
}

// One site whose level after each cycle is given.
std::vector<std::vector<Ring>> levels(const std::vector<std::int64_t>& after) {
  std::vector<std::vector<Ring>> snapshots;
  for (std::int64_t level : after) snapshots.push_back({ring(1, 1, level)});
  return snapshots;
}

TEST(Warmup, ItLastsAtLeastAsLongAsTheScenarioSays) {
  EXPECT_FALSE(warmup_done(levels({5}), {}));
  EXPECT_FALSE(warmup_done(levels({5, 5}), {}));
  EXPECT_TRUE(warmup_done(levels({5, 5, 5}), {}));
}

TEST(Warmup, ItGoesOnWhileASiteGrowsUnevenly) {
  EXPECT_FALSE(warmup_done(levels({100, 180, 240}), {}));
  EXPECT_FALSE(warmup_done(levels({100, 180, 240, 280, 300, 310}), {}));
}

TEST(Warmup, ASteadyLeakIsQuietAfterTwoCyclesMore) {
  EXPECT_FALSE(warmup_done(levels({200, 400, 600}), {}));
  EXPECT_FALSE(warmup_done(levels({200, 400, 600, 800}), {}));
  EXPECT_TRUE(warmup_done(levels({200, 400, 600, 800, 1000}), {}));
}

TEST(Warmup, AFewStrayBlocksDoNotProlongIt) {
  EXPECT_TRUE(warmup_done(levels({10, 13, 11}), {}));
}

TEST(Warmup, ItEndsAtTheCapWhateverHappens) {
  CycleSpec spec;
  spec.warmup_max = 4;
  EXPECT_TRUE(warmup_done(levels({1, 100, 1000, 5000}), spec));
}

TEST(Warmup, ANewSiteThatAppearsLateProlongsIt) {
  std::vector<std::vector<Ring>> snapshots = levels({5, 5, 5});
  snapshots.back().push_back(ring(2, 3, 50));
  EXPECT_FALSE(warmup_done(snapshots, {}));
}

TEST(Suspects, SurvivorsOfMoreThanOneRecentCycleAreSuspect) {
  const std::vector<Ring> snapshot = {
      ring(1, 0, 500),                   // start-up only
      ring(2, 1, 50),                    // the first cycle only: a pool
      ring(3, 5, 3),                     // the newest only: in flight
      ring(4, 4, 2),   ring(4, 5, 2),    // suspect
      ring(5, 3, 20),  ring(5, 4, 20)};  // suspect, more bytes
  EXPECT_EQ(suspects(snapshot, {5}), (std::vector<SiteId>{5, 4}));
}

TEST(Suspects, AfterOneCycleItsSurvivorsAreSuspect) {
  EXPECT_EQ(suspects({ring(1, 0, 9), ring(2, 1, 9)}, {1}),
            std::vector<SiteId>{2});
}

TEST(Suspects, ThereAreNeverMoreThanTheCap) {
  std::vector<Ring> snapshot;
  for (SiteId site = 0; site < 400; ++site) {
    snapshot.push_back(ring(site, 1, 1, 10 + site));
    snapshot.push_back(ring(site, 2, 1, 10 + site));
  }
  const std::vector<SiteId> sites = suspects(snapshot, {2});
  ASSERT_EQ(sites.size(), kMaxSuspects);
  EXPECT_EQ(sites.front(), 399u);
}

}  // namespace
}  // namespace tidemark
