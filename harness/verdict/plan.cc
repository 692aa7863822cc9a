#include "harness/verdict/plan.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>

#include "harness/verdict/ways_code.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

// Loaded, half, idle. Two loaded cycles and an idle one tell a leak from
// growth with time; each kind follows each other kind.
constexpr std::string_view kPattern = "llihlilhilli";
constexpr std::int64_t kFewerAtOnce = 4;  // so many times
constexpr std::int64_t kEnoughToDivide = 16;
constexpr std::uint32_t kLeastPlanned = 4;  // however long the warm-up

// As near to half as shares no factor with the full dose or the messages: a
// residue that divides by the one does not by chance divide by the other.
// Few connections have no such number: then they are half.
Count coprime_half(Count full, std::uint32_t messages) {
  const std::int64_t least = std::max<std::int64_t>(2, full.value / 4);
  for (std::int64_t half = full.value / 2; half >= least; --half) {
    if (std::gcd(half, full.value) == 1 &&
        (messages < 2 || std::gcd(half, std::int64_t{messages}) == 1)) {
      return {half};
    }
  }
  return {std::max<std::int64_t>(1, full.value / 2)};
}

template <class Level>
std::optional<Level> level_of(const std::vector<Level>& levels,
                              std::size_t turn) {
  if (levels.empty()) return std::nullopt;
  return levels[turn % levels.size()];
}

template <class Level>
std::optional<Level> largest_of(const std::vector<Level>& levels) {
  if (levels.empty()) return std::nullopt;
  return *std::max_element(levels.begin(), levels.end());
}

// Each level lasts two loaded cycles, one for either half of the code of the
// ways. The third factor is the first two together, and the other way round
// in the next block.
CycleSettings settings_of(const FactorSpec& factors, std::size_t turn) {
  const std::size_t a = turn / 2;
  const std::size_t b =
      a / std::max<std::size_t>(1, factors.concurrency.size());
  const std::size_t block = b / std::max<std::size_t>(1, factors.sizes.size());
  CycleSettings settings;
  settings.concurrency = level_of(factors.concurrency, a);
  settings.size = level_of(factors.sizes, b);
  settings.messages = level_of(factors.messages, a + b + block);
  return settings;
}

class Planner {
 public:
  explicit Planner(const Scenario& scenario) : scenario_(scenario) {
    for (const LoadSpec& flow : scenario.flows) {
      double weights = 0;
      for (const WeightedClose& close : flow.close) weights += close.weight;
      WayShares shares;
      for (const WeightedClose& close : flow.close)
        shares[way_of(flow, close)] += close.weight / weights;
      shares_.push_back(std::move(shares));
    }
  }

  void append(CycleKind kind, Count dose) {
    PlannedCycle cycle;
    cycle.kind = kind;
    cycle.connections = dose;
    if (dose.value > 0) {
      cycle.closes = mix_of(dose);
      cycle.settings = settings_of(scenario_.cycles.factors, turn_);
      // No more can be open than there are.
      if (cycle.settings.concurrency > dose.value)
        cycle.settings.concurrency = static_cast<std::uint32_t>(dose.value);
      ++turn_;
    }
    plan_.push_back(std::move(cycle));
  }

  void append(CycleKind kind, Count dose, std::uint32_t times) {
    for (std::uint32_t i = 0; i < times; ++i) append(kind, dose);
  }

  std::vector<PlannedCycle> take() { return std::move(plan_); }

 private:
  // Each flow keeps its share of the connections; only how they end differs.
  WayCounts mix_of(Count dose) const {
    WayShares flows;
    const double all = static_cast<double>(connections_of(scenario_).value);
    for (std::size_t i = 0; i < scenario_.flows.size(); ++i)
      flows[std::to_string(i)] = scenario_.flows[i].connections / all;
    const WayCounts doses = proportional(flows, dose);
    WayCounts mix;
    for (std::size_t i = 0; i < scenario_.flows.size(); ++i)
      for (const auto& [way, count] :
           coded_mix(shares_[i], doses.at(std::to_string(i)), turn_ + i))
        mix[way] += count;
    return mix;
  }

  const Scenario& scenario_;
  std::vector<WayShares> shares_;  // of each flow
  std::vector<PlannedCycle> plan_;
  std::size_t turn_ = 0;  // loaded cycles so far
};

std::uint32_t most_messages(const Scenario& scenario) {
  std::uint32_t most = 0;
  for (const LoadSpec& flow : scenario.flows)
    most = std::max(most, flow.traffic.messages);
  return most;
}

}  // namespace

WayCounts mix_closes(const Scenario& scenario, Count connections) {
  WayCounts counts = proportional(way_shares(scenario), connections);
  for (auto& [way, count] : counts) {
    if (count.value > 0) continue;
    const auto from = std::max_element(
        counts.begin(), counts.end(),
        [](const auto& a, const auto& b) { return a.second < b.second; });
    if (from->second.value <= 1) break;  // fewer connections than ways
    from->second.value -= 1;
    count.value += 1;
  }
  return counts;
}

PlannedCycle warmup_cycle(const Scenario& scenario, std::uint32_t number) {
  const Count full = connections_of(scenario);
  const FactorSpec& factors = scenario.cycles.factors;
  CycleSettings settings;
  settings.size = largest_of(factors.sizes);
  settings.messages = largest_of(factors.messages);
  settings.concurrency = largest_of(factors.concurrency);
  if (number == 1 && scenario.cycles.planned &&
      scenario.cycles.warmup_max > 1 && full.value >= kEnoughToDivide) {
    settings.concurrency = static_cast<std::uint32_t>(
        std::min(full.value, std::int64_t{settings.concurrency.value_or(
                                 static_cast<std::uint32_t>(full.value))}) /
        kFewerAtOnce);
    if (*settings.concurrency == 0) settings.concurrency = 1;
  }
  return {CycleKind::kWarmup, full, mix_closes(scenario, full), settings};
}

std::vector<PlannedCycle> plan_cycles(const Scenario& scenario) {
  const CycleSpec& spec = scenario.cycles;
  const Count full = connections_of(scenario);
  Planner planner(scenario);
  if (!spec.planned) {
    const Count half{std::max<std::int64_t>(1, full.value / 2)};
    const std::uint32_t before = (spec.loaded + 1) / 2;
    planner.append(CycleKind::kLoaded, full, before);
    planner.append(CycleKind::kIdle, Count{0}, spec.idle);
    planner.append(CycleKind::kHalf, half, spec.half);
    planner.append(CycleKind::kLoaded, full, spec.loaded - before);
    return planner.take();
  }
  const Count half = coprime_half(full, most_messages(scenario));
  const std::uint32_t cycles =
      std::max(kLeastPlanned, spec.most - std::min(spec.most, spec.warmup_max));
  for (std::uint32_t i = 0; i < cycles; ++i) {
    const char kind = kPattern[i % kPattern.size()];
    if (kind == 'l') planner.append(CycleKind::kLoaded, full);
    if (kind == 'h') planner.append(CycleKind::kHalf, half);
    if (kind == 'i') planner.append(CycleKind::kIdle, Count{0});
  }
  return planner.take();
}

}  // namespace tidemark
