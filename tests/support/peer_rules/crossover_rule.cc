#include "tests/support/peer_rules/crossover_rule.h"

#include <initializer_list>
#include <vector>

#include "tests/support/peer_rules/crossover.h"

namespace tidemark::peers {
namespace {

constexpr double kSure = 3.5;
constexpr double kConfirmed = 2.5;

CrossoverFit fit_block(const PeerTrial& trial,
                       std::initializer_list<int> doses) {
  std::vector<LevelReading> readings{{trial.play(0), 0, 0}};
  LevelReading now;
  const int cycles = kCrossoverPhase * cycles_for_one(trial, kCrossoverCycles);
  for (const int dose : doses) {
    for (int i = 0; i < cycles; ++i) {
      now.level = trial.play(dose);
      now.connections += dose;
      now.time += 1;
      readings.push_back(now);
    }
  }
  // Phases with and without connections are always told apart.
  return fit_crossover(readings).value();
}

}  // namespace

PeerAnswer crossover_rule(const PeerTrial& trial) {
  const int full = trial.connections;
  const CrossoverFit one = fit_block(trial, {full, 0});
  const CrossoverFit two = fit_block(trial, {0, full / 2, full});
  const bool shrinks = two.beta <= one.beta / 2;
  if (one.t_beta() > kSure && two.t_beta() > kConfirmed && !shrinks) {
    return PeerAnswer::kLeak;
  }
  if (one.t_beta() > kSure || two.t_beta() > kSure) {
    return PeerAnswer::kBounded;
  }
  const bool with_time = one.t_gamma() > kSure && two.t_gamma() > kSure;
  return with_time ? PeerAnswer::kTime : PeerAnswer::kClean;
}

}  // namespace tidemark::peers
