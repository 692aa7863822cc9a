// Services that keep things for a while: what a watch shows of them decides.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>

#include "tests/support/sim/sim_timers.h"
#include "tests/support/sim/simulate.h"

namespace tidemark {
namespace {

// One block for each connection that is freed `mean` seconds later, more or
// less; of a share it never is.
SimCase sessions_of(double mean, double leaking) {
  SimCase of;
  of.name = "sessions";
  of.build = [mean, leaking](SimService& service) {
    const SimHeap::Place place = service.heap.place({192}, kFirstOwnCaller);
    service.habits.push_back(
        kept_for(service, place,
                 [mean, leaking](SimRandom& random) -> std::optional<double> {
                   std::exponential_distribution<> life(1 / mean);
                   std::bernoulli_distribution leaks(leaking);
                   if (leaks(random)) return std::nullopt;
                   return life(random);
                 }));
    return SimTruth{};
  };
  return of;
}

// One block of a mebibyte for every five hundredth connection.
SimCase rare_chunks() {
  SimCase of;
  of.name = "rare chunks";
  of.build = [](SimService& service) {
    auto seen = std::make_shared<std::int64_t>(0);
    const SimHeap::Place place = service.heap.place({1 << 20}, kFirstOwnCaller);
    SimHabit habit;
    habit.wave = [&service, seen, place](const SimWave& wave) {
      for (*seen += wave.connections; *seen >= 500; *seen -= 500)
        service.heap.born(place, 1);
    };
    service.habits.push_back(habit);
    return SimTruth{};
  };
  return of;
}

Judgement judged(const SimCase& of, std::uint64_t seed,
                 Duration linger = std::chrono::seconds(5)) {
  const SimParameters with = first_parameters();
  Scenario scenario = sim_scenario(of, with);
  scenario.cycles.linger = linger;
  return *simulate(of, with, seed, scenario).record.judgement;
}

constexpr std::uint64_t kSeeds = 5;

TEST(Timers, WhatStillGoesAwayIsNoLeakAndAsksForALongerWatch) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Judgement judgement = judged(sessions_of(10, 0), seed);
    EXPECT_EQ(judgement.outcome, Outcome::kInconclusive) << judgement.reason;
    EXPECT_NE(judgement.reason.find("what would decide it: `cycles.linger: "),
              std::string::npos)
        << judgement.reason;
  }
}

TEST(Timers, ALongEnoughWatchDecides) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed)
    EXPECT_EQ(judged(sessions_of(2, 0), seed, std::chrono::seconds(30)).outcome,
              Outcome::kPass);
}

TEST(Timers, SessionsDoNotHideALeakInTheSamePlace) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    EXPECT_NE(judged(sessions_of(1, 0.05), seed).outcome, Outcome::kPass);
    const Judgement watched =
        judged(sessions_of(1, 0.05), seed, std::chrono::seconds(30));
    EXPECT_EQ(watched.outcome, Outcome::kLeak) << watched.reason;
  }
}

TEST(Timers, FewLargeBlocksAreLookedAtUntilTheyAreMany) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Judgement judgement = judged(rare_chunks(), seed);
    EXPECT_EQ(judgement.outcome, Outcome::kLeak) << judgement.reason;
  }
}

}  // namespace
}  // namespace tidemark
