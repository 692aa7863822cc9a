#include "harness/verdict/plan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>

#include "tidemark/ways.h"

namespace tidemark {
namespace {

using Shares = std::map<std::string, double>;

// How far one way's count is moved from its plain share: enough to tell
// them apart in the presence of noise, little enough to stay what the
// scenario asked for.
constexpr double kSpread = 0.2;

WayCounts::iterator largest_of(WayCounts& counts) {
  return std::max_element(
      counts.begin(), counts.end(),
      [](const auto& a, const auto& b) { return a.second < b.second; });
}

// Largest remainder: the sum is exact.
WayCounts proportional(const Shares& shares, std::int64_t connections) {
  WayCounts counts;
  std::int64_t given = 0;
  for (const auto& [way, share] : shares) {
    counts[way].value =
        static_cast<std::int64_t>(share * static_cast<double>(connections));
    given += counts[way].value;
  }
  for (; given < connections; ++given) {
    std::string neediest;
    double most = -1;
    for (const auto& [way, share] : shares) {
      const double missing = share * static_cast<double>(connections) -
                             static_cast<double>(counts[way].value);
      if (missing > most) {
        neediest = way;
        most = missing;
      }
    }
    counts[neediest].value += 1;
  }
  return counts;
}

// Every way at least once, taken from the commonest.
void give_each_one(WayCounts& counts) {
  for (auto& [way, count] : counts) {
    if (count.value > 0) continue;
    const auto from = largest_of(counts);
    if (from->second.value <= 1) return;  // fewer connections than ways
    from->second.value -= 1;
    count.value += 1;
  }
}

// Moves some connections to `favoured` from the commonest other way.
void favour(const std::string& favoured, WayCounts& counts) {
  WayCounts others = counts;
  others.erase(favoured);
  const auto from = largest_of(others);
  if (from->second.value <= 1) return;
  const std::int64_t smaller =
      std::min(counts[favoured].value, from->second.value);
  const std::int64_t moved = std::clamp<std::int64_t>(
      std::llround(kSpread * static_cast<double>(smaller)), 1,
      from->second.value - 1);
  counts[from->first].value -= moved;
  counts[favoured].value += moved;
}

}  // namespace

WayCounts mix_closes(const Scenario& scenario, Count connections) {
  WayCounts counts = proportional(way_shares(scenario), connections.value);
  give_each_one(counts);
  return counts;
}

PlannedCycle warmup_cycle(const Scenario& scenario) {
  const Count full = connections_of(scenario);
  return {CycleKind::kWarmup, full, mix_closes(scenario, full)};
}

std::vector<PlannedCycle> plan_cycles(const Scenario& scenario) {
  const CycleSpec& spec = scenario.cycles;
  std::vector<std::string> used;
  for (const auto& [way, share] : way_shares(scenario)) used.push_back(way);
  const Count full = connections_of(scenario);
  const Count half{std::max<std::int64_t>(1, full.value / 2)};
  std::vector<PlannedCycle> plan;
  std::size_t turn = 0;  // whose turn it is to be favoured
  const auto append = [&](CycleKind kind, std::uint32_t times, Count dose) {
    for (std::uint32_t i = 0; i < times; ++i) {
      PlannedCycle cycle{kind, dose, {}};
      if (dose.value > 0) cycle.closes = mix_closes(scenario, dose);
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
