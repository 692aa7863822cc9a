#include "harness/hunt/experiments.h"

#include <algorithm>

namespace tidemark {
namespace {

// As many at once as a scenario has that does not say: what happens to a crowd
// only is seen.
constexpr std::uint32_t kPlain = 200;
constexpr std::uint32_t kScreening = 60;
constexpr std::uint32_t kFollowUp = 60;
// Fewer leave little to judge by.
constexpr std::uint32_t kFewest = 8;
constexpr std::uint32_t kEach = 3;
// What a service with its 1,024 descriptors can have open, and some more.
constexpr std::uint32_t kMost = 800;
constexpr Bytes kLargeMessage{8 << 10};  // beyond what one read gives
// Vanished peers are noticed in no cycle: waiting for it is for nothing.
constexpr Duration kVanishedDrain = std::chrono::seconds(2);
// Of loaded cycles, and so of idle ones, in a patient experiment.
constexpr Duration kPatientCycle = std::chrono::seconds(1);
constexpr Duration kPatientDrain = std::chrono::milliseconds(200);
constexpr std::int64_t kMostIdle = 200;

Scenario scenario_of(const HuntSubject& subject, const Ways& ways,
                     std::uint32_t connections) {
  Scenario scenario;
  scenario.name = subject.name;
  scenario.target = subject.target;
  scenario.flows = {subject.load};
  scenario.flows.front().connections = connections;
  return with_ways(std::move(scenario), ways);
}

std::uint32_t total_weight(const Ways& ways) {
  std::uint32_t sum = 0;
  for (const WeightedClose& way : ways) sum += way.weight;
  return sum;
}

// One of each, and of graceful ones a quarter as many as of the others.
Ways weighted_for_screening(Ways ways) {
  const auto others = static_cast<std::uint32_t>(
      std::count_if(ways.begin(), ways.end(),
                    [](const auto& way) { return !is_graceful(way); }));
  for (WeightedClose& way : ways)
    way.weight = is_graceful(way) ? std::max<std::uint32_t>(1, others / 4) : 1;
  return ways;
}

void do_not_wait_for_vanished(Scenario& scenario) {
  const Ways& ways = scenario.flows.front().close;
  if (std::any_of(ways.begin(), ways.end(), vanishes))
    scenario.cycles.drain_timeout = kVanishedDrain;
}

}  // namespace

bool vanishes(const WeightedClose& way) {
  return way.behavior == CloseBehavior::kHalfOpen;
}

Scenario with_ways(Scenario scenario, const Ways& ways) {
  scenario.flows.front().close = ways;
  return scenario;
}

Scenario without_messages(Scenario scenario) {
  LoadSpec& load = scenario.flows.front();
  load.flow.clear();
  load.traffic.messages = 0;
  return scenario;
}

Scenario in_a_hurry(Scenario scenario) {
  scenario.cycles.linger = Duration{};
  scenario.target.retention = RetentionMode::kNever;
  return scenario;
}

Scenario unhurried(Scenario scenario) {
  scenario.cycles.linger = CycleSpec{}.linger;
  scenario.target.retention = TargetSpec{}.retention;
  return scenario;
}

Scenario watched_for(Scenario scenario, Duration linger) {
  scenario.cycles.linger = linger;
  scenario.cycles.max_duration += 2 * linger;
  return scenario;
}

Scenario with_half_the_connections(Scenario scenario) {
  LoadSpec& load = scenario.flows.front();
  load.connections =
      std::min(load.connections, std::max(kFewest, load.connections / 2));
  return scenario;
}

Scenario plain_experiment(const HuntSubject& subject) {
  Scenario scenario = scenario_of(
      subject, {graceful_way()},
      subject.connections > 0 ? std::min(subject.connections, kPlain) : kPlain);
  const LoadSpec& load = scenario.flows.front();
  FactorSpec& factors = scenario.cycles.factors;
  if (load.connections >= 2 * kFewest)
    factors.concurrency = {load.connections / 4, load.connections};
  if (!load.flow.empty() || load.traffic.messages == 0) return scenario;
  factors.sizes = {load.traffic.size, kLargeMessage};
  factors.messages = {load.traffic.messages, load.traffic.messages + 3};
  return scenario;
}

std::vector<Scenario> without_factors(const Scenario& scenario) {
  std::vector<Scenario> variants;
  const FactorSpec& factors = scenario.cycles.factors;
  if (!factors.any()) return variants;
  for (const bool more : {false, true}) {
    for (const bool larger : {false, true}) {
      if ((larger && factors.sizes.empty()) ||
          (more && factors.messages.empty()))
        continue;
      Scenario& variant = variants.emplace_back(scenario);
      variant.cycles.factors = {};
      Traffic& traffic = variant.flows.front().traffic;
      if (larger) traffic.size = factors.sizes.back();
      if (more) traffic.messages = factors.messages.back();
    }
  }
  return variants;
}

Scenario screening_experiment(const HuntSubject& subject, const Ways& ways) {
  const Ways weighted = weighted_for_screening(ways);
  const std::uint32_t enough =
      std::clamp(kEach * total_weight(weighted), kScreening, kMost);
  Scenario scenario =
      scenario_of(subject, weighted,
                  subject.connections > 0 ? subject.connections : enough);
  do_not_wait_for_vanished(scenario);
  return scenario;
}

Scenario short_experiment(const HuntSubject& subject, const Ways& ways) {
  Scenario scenario = screening_experiment(subject, ways);
  CycleSpec& cycles = scenario.cycles;
  cycles.planned = false;
  cycles.warmup_min = cycles.warmup_max = 1;
  cycles.loaded = 1;
  cycles.idle = cycles.half = 0;
  return in_a_hurry(std::move(scenario));
}

Scenario patient_experiment(const HuntSubject& subject, const Ways& ways,
                            const FactorSpec& factors) {
  Scenario scenario = follow_up_experiment(subject, ways);
  LoadSpec& load = scenario.flows.front();
  load.hold = kPatientCycle;
  if (!factors.sizes.empty()) load.traffic.size = factors.sizes.back();
  if (!factors.messages.empty())
    load.traffic.messages = factors.messages.back();
  if (!factors.concurrency.empty())
    load.connections = std::max(load.connections, factors.concurrency.back());
  scenario.target.retention = RetentionMode::kNever;
  CycleSpec& cycles = scenario.cycles;
  cycles.planned = false;
  // An idle cycle takes as long as a loaded one, its hold at least, and comes
  // to rest.
  cycles.idle = static_cast<std::uint32_t>(std::clamp<std::int64_t>(
      subject.patience / (kPatientCycle + cycles.settle) + 1, 3, kMostIdle));
  if (cycles.drain_timeout == kVanishedDrain)
    cycles.drain_timeout = kPatientDrain;
  cycles.max_duration += 4 * subject.patience;
  return scenario;
}

Scenario follow_up_experiment(const HuntSubject& subject,
                              const Ways& suspects) {
  Ways ways;
  const bool control =
      std::none_of(suspects.begin(), suspects.end(),
                   [](const auto& w) { return is_graceful(w); });
  if (control) ways.push_back(graceful_way());
  ways.insert(ways.end(), suspects.begin(), suspects.end());
  for (WeightedClose& way : ways) way.weight = 1;
  const std::uint32_t enough =
      std::clamp(kEach * total_weight(ways), kFollowUp, kMost);
  Scenario scenario = scenario_of(
      subject, ways,
      subject.connections > 0 ? std::min(enough, subject.connections) : enough);
  do_not_wait_for_vanished(scenario);
  return scenario;
}

}  // namespace tidemark
