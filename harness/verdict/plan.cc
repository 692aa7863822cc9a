#include "harness/verdict/plan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tidemark {
namespace {

using Weights = std::array<double, kCloseBehaviors>;

// How far one behaviour's count is moved from its plain share: enough to
// tell them apart in the presence of noise, little enough to stay what the
// scenario asked for.
constexpr double kSpread = 0.2;

Weights shares_of(const LoadSpec& load) {
  Weights shares{};
  double sum = 0;
  for (const WeightedClose& close : load.close) {
    shares[static_cast<std::size_t>(close.behavior)] += close.weight;
    sum += close.weight;
  }
  if (sum <= 0) {
    shares[static_cast<std::size_t>(CloseBehavior::kGraceful)] = 1;
    return shares;
  }
  for (double& share : shares) share /= sum;
  return shares;
}

std::size_t largest_of(const CloseCounts& counts) {
  return static_cast<std::size_t>(
      std::max_element(counts.begin(), counts.end()) - counts.begin());
}

// Largest remainder: the sum is exact.
CloseCounts proportional(const Weights& shares, std::int64_t connections) {
  CloseCounts counts{};
  std::int64_t given = 0;
  for (std::size_t b = 0; b < kCloseBehaviors; ++b) {
    counts[b].value =
        static_cast<std::int64_t>(shares[b] * static_cast<double>(connections));
    given += counts[b].value;
  }
  for (; given < connections; ++given) {
    std::size_t neediest = 0;
    double most = -1;
    for (std::size_t b = 0; b < kCloseBehaviors; ++b) {
      const double missing = shares[b] * static_cast<double>(connections) -
                             static_cast<double>(counts[b].value);
      if (shares[b] > 0 && missing > most) {
        neediest = b;
        most = missing;
      }
    }
    counts[neediest].value += 1;
  }
  return counts;
}

// Every behaviour in use at least once, taken from the commonest.
void give_each_one(const Weights& shares, CloseCounts& counts) {
  for (std::size_t b = 0; b < kCloseBehaviors; ++b) {
    if (shares[b] <= 0 || counts[b].value > 0) continue;
    const std::size_t from = largest_of(counts);
    if (counts[from].value <= 1) return;  // fewer connections than behaviours
    counts[from].value -= 1;
    counts[b].value += 1;
  }
}

// Moves some connections to `favoured` from the commonest other behaviour.
void favour(std::size_t favoured, CloseCounts& counts) {
  CloseCounts others = counts;
  others[favoured].value = -1;
  const std::size_t from = largest_of(others);
  if (others[from].value <= 1) return;
  const std::int64_t smaller =
      std::min(counts[favoured].value, others[from].value);
  const std::int64_t moved = std::clamp<std::int64_t>(
      std::llround(kSpread * static_cast<double>(smaller)), 1,
      others[from].value - 1);
  counts[from].value -= moved;
  counts[favoured].value += moved;
}

}  // namespace

CloseCounts mix_closes(const LoadSpec& load, Count connections) {
  const Weights shares = shares_of(load);
  CloseCounts counts = proportional(shares, connections.value);
  give_each_one(shares, counts);
  return counts;
}

PlannedCycle warmup_cycle(const Scenario& scenario) {
  const Count full{scenario.load.connections};
  return {CycleKind::kWarmup, full, mix_closes(scenario.load, full)};
}

std::vector<PlannedCycle> plan_cycles(const Scenario& scenario) {
  const CycleSpec& spec = scenario.cycles;
  const Weights shares = shares_of(scenario.load);
  std::vector<std::size_t> used;
  for (std::size_t b = 0; b < kCloseBehaviors; ++b) {
    if (shares[b] > 0) used.push_back(b);
  }
  const Count full{scenario.load.connections};
  const Count half{std::max<std::int64_t>(1, full.value / 2)};
  std::vector<PlannedCycle> plan;
  std::size_t turn = 0;  // whose turn it is to be favoured
  const auto append = [&](CycleKind kind, std::uint32_t times, Count dose) {
    for (std::uint32_t i = 0; i < times; ++i) {
      PlannedCycle cycle{kind, dose, mix_closes(scenario.load, dose)};
      if (used.size() > 1 && dose.value > 0) {
        favour(used[turn++ % used.size()], cycle.closes);
      }
      plan.push_back(cycle);
    }
  };
  const std::uint32_t before = (spec.loaded + 1) / 2;
  append(CycleKind::kLoaded, before, full);
  append(CycleKind::kIdle, spec.idle, Count{0});
  append(CycleKind::kHalf, spec.half, half);
  append(CycleKind::kLoaded, spec.loaded - before, full);
  return plan;
}

}  // namespace tidemark
