// The rules under noise: many seeds of innocent and guilty services, with
// the counts of right and wrong verdicts as the assertion. The limits are
// what was measured, rounded up; they are printed as test properties.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <string>

#include "harness/verdict/judge.h"
#include "tests/unit/harness/verdict/fake_run.h"

namespace tidemark {
namespace {

std::int64_t draw(FakeRun& run, double mean) {
  if (mean <= 0) return 0;
  return std::poisson_distribution<std::int64_t>(mean)(run.random);
}

// Noise of every kind a server makes, none of which grows for ever.
class Noise {
 public:
  explicit Noise(FakeRun& run) {
    for (int i = 0; i < 12; ++i) {
      flight_.push_back(run.site(32 + 8 * i, 100 + i, i % 2 == 0));
      slots_.push_back(run.site(200 + 8 * i, 200 + i, i % 2 == 1));
    }
    for (int i = 0; i < 4; ++i) {
      touched_.push_back(run.site(64, 300 + i));
      peak_.push_back(run.site(4096, 400 + i, true));
      lazy_.push_back(run.site(24, 500 + i));
    }
  }

  void play(FakeRun& run, const PlannedCycle& cycle) {
    const std::int64_t n = cycle.connections.value;
    static constexpr std::int64_t kJitter[] = {0, 0, 0, 0, 0, 1, 1, 2, 3};
    for (SiteId site : flight_) {  // alive at this snapshot only
      run.free_up_to(site, run.now());
      run.born(site, kJitter[run.random() % 9]);
    }
    for (SiteId site : slots_) {  // eight slots, some replaced each cycle
      const std::int64_t renewed =
          run.level(site) < 8 ? 8 : draw(run, 0.01 * static_cast<double>(n));
      run.free_oldest(site, std::min<std::int64_t>(8, renewed));
      run.born(site, std::min<std::int64_t>(8, renewed));
    }
    for (SiteId site : touched_) {  // 16 threads touched lazily, 4 each
      for (std::int64_t i = 0; i < n / 25; ++i) {
        if (run.random() % 64 >= static_cast<std::uint64_t>(run.level(site))) {
          run.born(site, 4);
        }
      }
    }
    for (SiteId site : peak_) {  // as many as were ever busy at once
      const std::int64_t busy = 20 + draw(run, 0.1 * static_cast<double>(n));
      run.born(site, n > 0 ? busy - run.level(site) : 0);
    }
    for (SiteId site : lazy_) {  // once, whenever it is first needed
      if (run.level(site) == 0 && run.random() % 20 == 0) run.born(site, 5);
    }
  }

 private:
  std::vector<SiteId> flight_, slots_, touched_, peak_, lazy_;
};

using Guilt =
    std::function<void(FakeRun&, SiteId, const PlannedCycle&, double)>;

std::map<Outcome, int> outcomes(int seeds, const Guilt& guilt) {
  std::map<Outcome, int> counts;
  for (int seed = 1; seed <= seeds; ++seed) {
    FakeRun run(three_closes(), 5, static_cast<std::uint64_t>(seed));
    Noise noise(run);
    const SiteId site = run.site(72, 900, seed % 2 == 0);
    const Evidence evidence = run.play(
        [&](FakeRun& r, const PlannedCycle& cycle, double seconds) {
          noise.play(r, cycle);
          if (guilt) guilt(r, site, cycle, seconds);
        },
        [&](FakeRun& r, const PlannedCycle& cycle, double seconds) {
          if (guilt) guilt(r, site, cycle, seconds);
        });
    const Judgement verdict = judge(evidence);
    counts[verdict.outcome] += 1;
    if (!guilt && verdict.outcome != Outcome::kPass) {
      std::printf("  seed %d: %s\n", seed, verdict.reason.c_str());
    }
  }
  const auto record = [&](const char* name, Outcome outcome) {
    testing::Test::RecordProperty(name, counts[outcome]);
    std::printf("  %-12s %4d of %d\n", name, counts[outcome], seeds);
  };
  record("leak", Outcome::kLeak);
  record("pass", Outcome::kPass);
  record("inconclusive", Outcome::kInconclusive);
  return counts;
}

std::int64_t some_of(FakeRun& run, std::int64_t n, double chance) {
  return std::binomial_distribution<std::int64_t>(n, chance)(run.random);
}

TEST(JudgeSimulation, NoiseAloneIsNeverALeakAndMostlyAPass) {
  std::map<Outcome, int> counts = outcomes(500, {});
  EXPECT_EQ(counts[Outcome::kLeak], 0);
  EXPECT_LE(counts[Outcome::kInconclusive], 2);
}

TEST(JudgeSimulation, AnExactLeakIsFoundInEveryRunBesideNoise) {
  std::map<Outcome, int> counts =
      outcomes(200, [](FakeRun& r, SiteId site, const PlannedCycle& cycle,
                       double) { r.born(site, cycle.connections.value); });
  EXPECT_EQ(counts[Outcome::kLeak], 200);
}

TEST(JudgeSimulation, TenPercentOfTheConnectionsAreAlwaysFound) {
  std::map<Outcome, int> counts = outcomes(
      200, [](FakeRun& r, SiteId site, const PlannedCycle& cycle, double) {
        r.born(site, some_of(r, cycle.connections.value, 0.1));
      });
  EXPECT_EQ(counts[Outcome::kLeak], 200);
}

TEST(JudgeSimulation, OnePercentOfTheConnectionsIsRarelyPassed) {
  std::map<Outcome, int> counts = outcomes(
      200, [](FakeRun& r, SiteId site, const PlannedCycle& cycle, double) {
        r.born(site, some_of(r, cycle.connections.value, 0.01));
      });
  EXPECT_GE(counts[Outcome::kLeak], 160);
  EXPECT_LE(counts[Outcome::kPass], 16);
}

TEST(JudgeSimulation, ARareLeakOnResetsOnlyIsNeverMissedAtTenPercent) {
  std::map<Outcome, int> counts = outcomes(
      200, [](FakeRun& r, SiteId site, const PlannedCycle& cycle, double) {
        r.born(site, some_of(r, closes(cycle, CloseBehavior::kReset), 0.1));
      });
  EXPECT_GE(counts[Outcome::kLeak], 190);
}

TEST(JudgeSimulation, GrowthWithTimeIsFoundInEveryRun) {
  std::map<Outcome, int> counts = outcomes(
      200, [](FakeRun& r, SiteId site, const PlannedCycle&, double seconds) {
        r.born(site, draw(r, 20 * seconds));
      });
  EXPECT_EQ(counts[Outcome::kLeak], 200);
}

}  // namespace
}  // namespace tidemark
