#include "harness/run/upstreams.h"

#include <algorithm>
#include <utility>

namespace tidemark {
namespace {

constexpr Duration kPatienceOnceStayed = std::chrono::milliseconds(300);
constexpr Duration kLookAgain = std::chrono::milliseconds(5);

}  // namespace

Upstreams::Upstreams(std::vector<StandIn*> standins)
    : standins_(std::move(standins)) {
  begin();
}

void Upstreams::begin() {
  last_.clear();
  for (const StandIn* standin : standins_) last_.push_back(standin->counts());
}

bool Upstreams::closed() const {
  for (std::size_t i = 0; i < standins_.size(); ++i)
    if (standins_[i]->counts().open > last_[i].open) return false;
  return true;
}

Status Upstreams::wait_closed(QuietWorld world, const CycleSpec& cycles) {
  const Duration patience =
      stayed_ ? std::min(kPatienceOnceStayed, cycles.drain_timeout)
              : std::min(cycles.settle_timeout, cycles.drain_timeout);
  const TimePoint until = world.clock.now() + patience;
  while (!closed()) {
    TIDEMARK_TRY(still_running(world));
    if (world.clock.now() >= until) {
      stayed_ = true;
      return {};
    }
    world.clock.sleep(kLookAgain);
  }
  return {};
}

std::vector<StandInFacts> Upstreams::end_cycle() {
  std::vector<StandInFacts> cycle;
  for (std::size_t i = 0; i < standins_.size(); ++i) {
    const StandInCounts now = standins_[i]->counts();
    StandInFacts facts;
    facts.name = standins_[i]->name();
    facts.accepted = now.accepted - last_[i].accepted;
    facts.open = now.open;
    facts.requests = now.requests - last_[i].requests;
    facts.received = now.received - last_[i].received;
    facts.sent = now.sent - last_[i].sent;
    cycle.push_back(std::move(facts));
    last_[i] = now;
  }
  return cycle;
}

std::map<std::string, Count> Upstreams::open_now() const {
  std::map<std::string, Count> open;
  for (const StandIn* standin : standins_)
    open[standin->name()] = standin->counts().open;
  return open;
}

std::vector<StandInRecord> Upstreams::record() const {
  std::vector<StandInRecord> records;
  for (const StandIn* standin : standins_)
    records.push_back({standin->name(), standin->counts(),
                       standin->open_connections(kStayedShown)});
  return records;
}

}  // namespace tidemark
