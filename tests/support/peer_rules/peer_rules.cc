#include "tests/support/peer_rules/peer_rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/support/peer_rules/bleak.h"
#include "tests/support/peer_rules/crossover_rule.h"
#include "tests/support/peer_rules/fuite.h"
#include "tests/support/peer_rules/hive.h"
#include "tests/support/peer_rules/leakcanary.h"
#include "tests/support/peer_rules/mann_kendall.h"
#include "tests/support/peer_rules/psleak.h"
#include "tests/support/peer_rules/refleak.h"
#include "tests/support/peer_rules/two_snapshots.h"

namespace tidemark::peers {
namespace {

PeerAnswer leak_if(bool leaks) {
  return leaks ? PeerAnswer::kLeak : PeerAnswer::kClean;
}

// So many cycles; the level after the last.
double play_cycles(const PeerTrial& trial, int cycles) {
  double level = 0;
  for (int i = 0; i < cycles; ++i) level = trial.play(trial.connections);
  return level;
}

// A reading after each of so many runs of so many cycles.
std::vector<double> read_after(const PeerTrial& trial, int runs, int cycles) {
  std::vector<double> readings;
  for (int i = 0; i < runs; ++i) readings.push_back(play_cycles(trial, cycles));
  return readings;
}

std::int64_t whole(double level) { return std::llround(level); }

PeerAnswer two_snapshots(const PeerTrial& trial) {
  const auto levels = read_after(trial, 2, cycles_for_one(trial, 2));
  return leak_if(grew(levels[0], levels[1]));
}

// The rise from a throw-away iteration to the end of the others.
std::int64_t fuite_rise(const PeerTrial& trial) {
  const int cycles = cycles_for_one(trial, kFuiteIterations + 1);
  const double before = play_cycles(trial, cycles);
  return whole(play_cycles(trial, kFuiteIterations * cycles)) - whole(before);
}

PeerAnswer fuite(const PeerTrial& trial) {
  return leak_if(fuite_suspects(fuite_rise(trial), kFuiteIterations));
}

int prime_from(int number) {
  const auto divides = [&](int divisor) { return number % divisor == 0; };
  for (;; ++number) {
    int divisor = 2;
    while (divisor * divisor <= number && !divides(divisor)) ++divisor;
    if (divisor * divisor > number) return number;
  }
}

// With a prime number of connections, all of which are to have leaked.
PeerAnswer fuite_prime(const PeerTrial& trial) {
  PeerTrial prime = trial;
  prime.connections = prime_from(trial.connections);
  const int cycles = cycles_for_one(trial, kFuiteIterations + 1);
  return leak_if(fuite_suspects(fuite_rise(prime),
                                kFuiteIterations * cycles * prime.connections));
}

PeerAnswer bleak(const PeerTrial& trial) {
  const int cycles = cycles_for_one(trial, kBleakTrips);
  return leak_if(rises_every_time(read_after(trial, kBleakTrips, cycles)));
}

PeerAnswer hive(const PeerTrial& trial) {
  const int cycles = cycles_for_one(trial, kHiveRuns);
  const std::vector<double> levels = read_after(trial, kHiveRuns, cycles);
  std::vector<SnapshotDifference> differences;
  for (std::size_t i = 1; i < levels.size(); ++i) {
    const std::int64_t rise = whole(levels[i]) - whole(levels[i - 1]);
    differences.push_back({{"site", {rise, 0, rise, 0}}});
  }
  return leak_if(!leaking_classes(differences).empty());
}

PeerAnswer refleak(const PeerTrial& trial) {
  constexpr int kAll = kRefleakWarmups + kRefleakRuns;
  const auto levels = read_after(trial, kAll, cycles_for_one(trial, kAll));
  std::vector<std::int64_t> deltas;
  for (std::size_t i = kRefleakWarmups; i < levels.size(); ++i) {
    deltas.push_back(whole(levels[i]) - whole(levels[i - 1]));
  }
  return leak_if(blocks_leak(deltas));
}

// As many loops more between its dumps as there are cycles to spend. It stops
// at the first dump that shows no growth.
PeerAnswer leakcanary(const PeerTrial& trial) {
  const int loops = kLeakCanaryLoops *
                    cycles_for_one(trial, kLeakCanaryDumps * kLeakCanaryLoops);
  std::vector<double> children{play_cycles(trial, loops)};
  while (children.size() < kLeakCanaryDumps) {
    children.push_back(play_cycles(trial, loops));
    if (!keeps_growing(children, loops)) return PeerAnswer::kClean;
  }
  return PeerAnswer::kLeak;
}

constexpr int kMannKendallReadings = 20;
constexpr int kMannKendallMany = 60;

PeerAnswer mann_kendall_20(const PeerTrial& trial) {
  const int runs =
      kMannKendallReadings * cycles_for_one(trial, kMannKendallReadings);
  return leak_if(rises(read_after(trial, runs, 1), 0.05));
}

PeerAnswer mann_kendall_60(const PeerTrial& trial) {
  const int runs = kMannKendallMany * cycles_for_one(trial, kMannKendallMany);
  return leak_if(rises(read_after(trial, runs, 1), 0.001));
}

// A call is a connection, a run of calls one cycle. The first run's calls are
// as many as make the calls of all runs fit.
using Psleak = PsleakAnswer (*)(const CallTimes&, const PsleakOptions&);

PeerAnswer psleak(const PeerTrial& trial, Psleak rule, double all_to_first) {
  PsleakOptions options;
  if (trial.cycles > 0) {
    options.calls = std::max(
        2, static_cast<int>(trial.cycles * trial.connections / all_to_first));
  }
  double before = trial.play(kPsleakWarmups);
  const auto call = [&](int calls) -> Figures {
    const double after = trial.play(calls);
    const double grew = (after - before) * trial.object_bytes;
    before = after;
    return {{"heap", grew}};
  };
  return leak_if(rule(call, options).leaks);
}

PeerAnswer psleak_rule_1(const PeerTrial& trial) {
  // 1 + 1.5 + 2 + … + 5.5.
  return psleak(trial, psleak_1, 32.5);
}

PeerAnswer psleak_rule_2(const PeerTrial& trial) {
  // 1 + 1.5 + 1.5² + … + 1.5⁹.
  return psleak(trial, psleak_2, 113.3);
}

constexpr std::array kRules{
    PeerRule{"2 snapshots", "google/pprof b9395ee1, -diff_base", 2,
             two_snapshots},
    PeerRule{"fuite 7", "nolanlawson/fuite 40825977", 8, fuite},
    PeerRule{"fuite 7, prime", "nolanlawson/fuite 40825977, README", 8,
             fuite_prime},
    PeerRule{"BLeak 8", "plasma-umass/BLeak 2b2db083", 8, bleak},
    PeerRule{"CPython -R 3:3", "python/cpython 04b26eeb", 6, refleak},
    PeerRule{"LeakCanary 5×2", "square/leakcanary 0f7dbab1", 10, leakcanary},
    PeerRule{"hive gateway 5", "graphql-hive/gateway e104b450", 5, hive},
    PeerRule{"psleak, rule 1", "giampaolo/psleak d7198606", 66, psleak_rule_1},
    PeerRule{"psleak, rule 2", "giampaolo/psleak 2833ea91", 227, psleak_rule_2},
    PeerRule{"Mann-Kendall 20, p < 0.05", "doi 10.1109/ISSREW.2013.6688905",
             kMannKendallReadings, mann_kendall_20},
    PeerRule{"Mann-Kendall 60, p < 0.001", "doi 10.1109/ISSREW.2013.6688905",
             kMannKendallMany, mann_kendall_60},
    PeerRule{"crossover", "tests/support/peer_rules/crossover.h",
             kCrossoverCycles, crossover_rule},
};

}  // namespace

std::span<const PeerRule> peer_rules() { return kRules; }

const PeerRule& peer_rule(std::string_view name) {
  return *std::find_if(
      kRules.begin(), kRules.end(),
      [name](const PeerRule& rule) { return rule.name == name; });
}

int warm_up(const PlayCycle& play, int connections, int cap) {
  constexpr std::size_t kLeast = 8;
  constexpr std::size_t kQuiet = 6;
  constexpr double kNoise = 3;
  std::vector<double> levels;
  while (static_cast<int>(levels.size()) < cap) {
    levels.push_back(play(connections));
    if (levels.size() < kLeast) continue;
    const double grew = levels.back() - levels[levels.size() - 1 - kQuiet];
    if (grew <= kNoise) break;
  }
  return static_cast<int>(levels.size());
}

PeerAnswer judge_within(const PeerRule& rule, const PlayCycle& play,
                        const PeerBudget& budget) {
  warm_up(play, budget.connections, budget.warmup);
  return rule.judge({play, budget.connections, budget.cycles});
}

}  // namespace tidemark::peers
