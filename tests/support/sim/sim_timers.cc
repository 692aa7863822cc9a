#include "tests/support/sim/sim_timers.h"

#include <memory>
#include <queue>
#include <utility>
#include <vector>

namespace tidemark {
namespace {

struct Pending {
  double due;
  std::uint32_t born;
  bool operator>(const Pending& other) const { return due > other.due; }
};

struct Timers {
  double clock = 0;
  std::priority_queue<Pending, std::vector<Pending>, std::greater<>> waiting;
};

}  // namespace

SimHabit kept_for(SimService& service, SimHeap::Place place,
                  std::function<std::optional<double>(SimRandom&)> life) {
  auto timers = std::make_shared<Timers>();
  SimHabit habit;
  habit.wave = [&service, place, timers,
                life = std::move(life)](const SimWave& wave) {
    for (std::int64_t i = 0; i < wave.connections; ++i)
      if (const std::optional<double> after = life(service.random))
        timers->waiting.push({timers->clock + *after, service.heap.now()});
    service.heap.born(place, wave.connections);
  };
  habit.pass = [&service, place, timers](double seconds) {
    timers->clock += seconds;
    while (!timers->waiting.empty() &&
           timers->waiting.top().due <= timers->clock) {
      service.heap.free_born_in(place, timers->waiting.top().born, 1);
      timers->waiting.pop();
    }
  };
  return habit;
}

}  // namespace tidemark
