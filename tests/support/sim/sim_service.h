// A simulated service: what it does with its memory for each wave of
// connections and each second, and the truth about it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/sim/sim_heap.h"
#include "tidemark/driver.h"

namespace tidemark {

// Connections that are open at the same time, used and gone.
struct SimWave {
  std::int64_t connections = 0;
  WayCounts ways;
  std::int64_t messages = 0;  // per connection
  std::int64_t size = 0;      // bytes of each

  std::int64_t going(const std::string& way) const {
    const auto found = ways.find(way);
    return found == ways.end() ? 0 : found->second.value;
  }
};

// One habit of a service. Any of the functions may be empty.
struct SimHabit {
  std::function<void(const SimWave&)> wave;
  std::function<void(double seconds)> pass;
  std::function<void()> look;  // just before a snapshot
};

struct SimTruth {
  enum class Growth {
    kNone,         // whatever stays is bounded, or goes away by itself
    kConnections,  // a leak per `unit`
    kTime,
    kBoth,         // a leak per `unit`, and growth with time beside it
    kTooRare,      // a leak below the limit that a run looks for
    kUndecidable,  // bounded so far away that no run reaches it
  };
  Growth growth = Growth::kNone;
  std::string unit{};           // as Finding::unit
  double objects_per_unit = 0;  // on average
  std::int64_t size = 0;        // bytes of each
  bool one_block = false;       // within one block that grows
};

// The parameters in which the sets of simulated services differ. Rules and
// thresholds were chosen while looking at the first; the second and the third
// showed a fault of theirs each (a grid too coarse for large counts; too few
// cycles with few connections), and have been looked at since. Of the fourth
// each run is another service: its parameters are drawn.
struct SimParameters {
  int connections = 200;
  int messages = 2;
  int cache_size = 500;
  int threads = 64;
  int connections_per_touch = 25;
  int blocks_per_thread = 4;
  int lru_within = 150;  // reached in the first cycles
  int lru_beyond = 100'000;
  double burst_chance = 0.15;
  int burst_blocks = 40;
  double jitter = 1;           // scales what is in flight
  double drift = 4;            // sd of a pool's step, blocks per cycle
  double release_after = 1.5;  // seconds
  double time_rate = 4;        // blocks per second
  std::int64_t leak_size = 96;
};

SimParameters first_parameters();
SimParameters second_parameters();
SimParameters third_parameters();

// Each parameter anywhere between the least and the largest of the three sets,
// all factors alike; the same `seed`, the same service.
SimParameters drawn_parameters(std::uint64_t seed);

// All that makes one service.
struct SimService {
  SimHeap& heap;
  SimRandom& random;
  SimParameters with;
  std::vector<SimHabit> habits{};
};

struct SimCase {
  std::string name;
  std::string what;  // one line for people
  std::function<SimTruth(SimService&)> build;
  // The close behaviours of its clients, beside graceful ones.
  std::vector<CloseBehavior> closes{};
  // Of graceful closes, then of each of `closes`; empty: all alike.
  std::vector<std::uint32_t> weights{};
  int connections = 0;  // instead of the parameters'; 0: those
};

// Every behaviour of issue D, simplest first; all have the same background of
// blocks in flight, replaced slots and start-up data.
const std::vector<SimCase>& sim_cases();

// Of those, what is one block that grows, or seems to.
std::vector<SimCase> container_cases();

// The same where ways of closing come once or twice in a cycle: a stray block
// here and there is easily where one of them was.
const std::vector<SimCase>& rare_way_cases();

// Callers of the background are below this; kInFlightCaller is one of them.
inline constexpr std::uint32_t kFirstOwnCaller = 900;
inline constexpr std::uint32_t kInFlightCaller = 10;

// The background; part of every case.
void add_background(SimService& service);

}  // namespace tidemark
