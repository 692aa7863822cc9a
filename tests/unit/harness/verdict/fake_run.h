// A service that exists only as counts: models give birth to blocks and free
// them, cycle by cycle, and the snapshots of that become Evidence.
#pragma once

#include <functional>
#include <map>
#include <random>
#include <vector>

#include "harness/verdict/plan.h"
#include "tidemark/verdict.h"
#include "tidemark/ways.h"

namespace tidemark {

class FakeRun {
 public:
  // What happens in one cycle; `seconds` is how long the cycle takes.
  using Model =
      std::function<void(FakeRun&, const PlannedCycle&, double seconds)>;

  explicit FakeRun(Scenario scenario, std::uint32_t warmups = 5,
                   std::uint64_t seed = 1)
      : random(seed), scenario_(std::move(scenario)), warmups_(warmups) {
    // So many cycles as the scenario says: nobody asks when it is enough.
    scenario_.cycles.planned = false;
  }

  // A site zoomed when the measured cycles begin has two entries in the
  // evidence; blocks born earlier stay with the unzoomed one.
  SiteId site(std::int64_t size, std::uint32_t group, bool zoomed = false,
              std::uint32_t stack = 0) {
    sites_.push_back({size, group, zoomed, stack, {}});
    return static_cast<SiteId>(sites_.size() - 1);
  }

  void born(SiteId site, std::int64_t count) {
    if (count > 0) sites_[site].alive[now_] += count;
  }

  std::int64_t level(SiteId site) const {
    std::int64_t sum = 0;
    for (const auto& [_, count] : sites_[site].alive) sum += count;
    return sum;
  }

  void free_oldest(SiteId site, std::int64_t count) {
    std::map<std::uint32_t, std::int64_t>& alive = sites_[site].alive;
    while (count > 0 && !alive.empty()) {
      const std::int64_t freed = std::min(count, alive.begin()->second);
      alive.begin()->second -= freed;
      count -= freed;
      if (alive.begin()->second == 0) alive.erase(alive.begin());
    }
  }

  // Frees every block born in cycle `at` or before.
  void free_up_to(SiteId site, std::uint32_t at) {
    std::erase_if(sites_[site].alive,
                  [at](const auto& ring) { return ring.first <= at; });
  }

  std::uint32_t now() const { return now_; }
  std::uint32_t baseline() const { return warmups_; }

  // Runs warm-up and plan. `while_idle` plays after the last cycle, half a
  // second at a time, for the scenario's linger time.
  Evidence play(const Model& model, const Model& while_idle = {}) {
    Evidence evidence;
    evidence.expect = scenario_.expect;
    evidence.baseline = {warmups_};
    std::vector<PlannedCycle> plan(warmups_, warmup_cycle(scenario_, 2));
    for (const PlannedCycle& cycle : plan_cycles(scenario_)) {
      plan.push_back(cycle);
    }
    double clock = 1.0;
    prepare(evidence);
    for (const PlannedCycle& cycle : plan) {
      ++now_;
      const double seconds =
          0.25 + 0.001 * static_cast<double>(cycle.connections.value);
      model(*this, cycle, seconds);
      evidence.cycles.push_back(facts_of(cycle, clock, seconds));
      clock += seconds;
      if (now_ >= warmups_) snapshot(evidence);
    }
    watch(evidence, while_idle);
    return evidence;
  }

  std::mt19937_64 random;

 private:
  struct Site {
    std::int64_t size;
    std::uint32_t group;
    bool zoomed;
    std::uint32_t stack;
    std::map<std::uint32_t, std::int64_t> alive;  // by cycle of birth
  };

  static Duration at(double seconds) {
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(seconds));
  }

  CycleFacts facts_of(const PlannedCycle& cycle, double clock,
                      double seconds) const {
    CycleFacts facts;
    facts.index = {now_};
    facts.kind = cycle.kind;
    facts.started = at(clock);
    facts.finished = at(clock + seconds);
    facts.load.attempted = cycle.connections;
    facts.load.opened = cycle.connections;
    facts.load.closed = cycle.closes;
    facts.load.messages_sent = {cycle.connections.value *
                                scenario_.flows[0].traffic.messages};
    return facts;
  }

  // Entry 2i is site i unzoomed, entry 2i + 1 the same zoomed.
  void prepare(Evidence& evidence) const {
    for (std::size_t i = 0; i < sites_.size(); ++i) {
      SiteEvidence entry;
      entry.site = static_cast<SiteId>(2 * i);
      entry.size = {sites_[i].size};
      entry.group = sites_[i].group;
      evidence.sites.push_back(entry);
      entry.site += 1;
      entry.zoomed = true;
      entry.known_since = {warmups_ + 1};
      entry.stack = sites_[i].stack;
      evidence.sites.push_back(entry);
    }
  }

  void snapshot(Evidence& evidence) const {
    for (std::size_t i = 0; i < sites_.size(); ++i) {
      for (const auto& [cycle, count] : sites_[i].alive) {
        const bool whole = sites_[i].zoomed && cycle > warmups_;
        evidence.sites[2 * i + (whole ? 1 : 0)].readings.push_back(
            {{now_}, {cycle}, {count}, {count * sites_[i].size}});
      }
    }
  }

  void watch(Evidence& evidence, const Model& while_idle) {
    const double whole = to_seconds(scenario_.cycles.linger);
    for (double waited = 0.5; waited <= whole; waited += 0.5) {
      if (while_idle) while_idle(*this, {CycleKind::kIdle, {}, {}}, 0.5);
      for (std::size_t i = 0; i < sites_.size(); ++i) {
        LingerReading before{at(waited), static_cast<SiteId>(2 * i), {}, {}};
        LingerReading after = before;
        after.site += 1;
        for (const auto& [cycle, count] : sites_[i].alive) {
          if (cycle <= warmups_) continue;
          LingerReading& reading = sites_[i].zoomed ? after : before;
          reading.objects += Count{count};
          reading.bytes += Bytes{count * sites_[i].size};
        }
        evidence.linger.push_back(before);
        evidence.linger.push_back(after);
      }
    }
  }

  Scenario scenario_;
  std::uint32_t warmups_;
  std::uint32_t now_ = 0;
  std::vector<Site> sites_;
};

// 200 connections per cycle, default cycles, one third each of the closes.
inline Scenario three_closes() {
  Scenario scenario;
  scenario.flows[0].close = {{CloseBehavior::kGraceful, 1, 1000},
                             {CloseBehavior::kReset, 1, 1000},
                             {CloseBehavior::kFin, 1, 1000}};
  return scenario;
}

inline std::int64_t closes(const PlannedCycle& cycle, CloseBehavior how) {
  const auto found = cycle.closes.find(to_word(how));
  return found == cycle.closes.end() ? 0 : found->second.value;
}

}  // namespace tidemark
