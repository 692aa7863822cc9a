// Services that keep something in one block, which is replaced when it is too
// small; and those whose blocks only look as if they did.
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include "tests/support/sim/sim_service.h"

namespace tidemark {
namespace {

using Growth = SimTruth::Growth;
using Place = SimHeap::Place;

constexpr std::uint32_t kCaller = kFirstOwnCaller;

// The size after one step of growth.
using Grow = std::function<std::int64_t(std::int64_t)>;

Grow by_factor(double factor, std::int64_t more = 0) {
  return [factor, more](std::int64_t size) {
    return static_cast<std::int64_t>(static_cast<double>(size) * factor) + more;
  };
}

Grow by_step(std::int64_t step) { return by_factor(1, step); }

// The block, of whatever size it is just now.
struct Array {
  SimHeap& heap;
  std::int64_t room = 0;
  Place place = 0;

  void resize(std::int64_t size) {
    if (size == room) return;
    if (room > 0) heap.free_all(place);
    room = size;
    if (room == 0) return;
    place = heap.place({room}, kCaller);
    heap.born(place, 1);
  }
  void make_room(std::int64_t used, const Grow& grow) {
    std::int64_t size = std::max<std::int64_t>(room, 64);
    while (size < used) size = grow(size);
    resize(size);
  }
};

std::shared_ptr<Array> array_of(SimService& s) {
  return std::make_shared<Array>(Array{s.heap});
}

std::int64_t uniform(SimRandom& random, std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>(least, most)(random);
}

struct Entries {
  std::int64_t size = 64;  // of each
  Grow grow;
  std::int64_t at_start = 0;  // bytes that are there anyway
  double chance = 1;          // that a connection adds one
};

// A vector that each connection leaves an entry in.
SimTruth array_leak(SimService& s, const Entries& entries) {
  auto array = array_of(s);
  auto used = std::make_shared<std::int64_t>(entries.at_start);
  array->make_room(*used, entries.grow);
  s.habits.push_back({[&s, array, used, entries](const SimWave& wave) {
                        std::int64_t added = wave.connections;
                        if (entries.chance < 1 && added > 0)
                          added = std::binomial_distribution<std::int64_t>(
                              added, entries.chance)(s.random);
                        *used += entries.size * added;
                        array->make_room(*used, entries.grow);
                      },
                      {},
                      {}});
  return {Growth::kConnections, "connection", entries.chance, entries.size,
          true};
}

SimTruth doubling(SimService& s) {
  return array_leak(s, {.size = 8, .grow = by_factor(2)});
}

SimTruth half_more(SimService& s) {
  return array_leak(s, {.grow = by_factor(1.5)});
}

SimTruth quarter_more(SimService& s) {
  return array_leak(s, {.grow = by_factor(1.25)});
}

SimTruth eighth_more(SimService& s) {
  return array_leak(s, {.size = 8, .grow = by_factor(1.125, 48)});
}

SimTruth page_more(SimService& s) {
  return array_leak(s, {.grow = by_step(4096)});
}

SimTruth page_more_at_half(SimService& s) {
  return array_leak(s, {.grow = by_step(4096), .chance = 0.5});
}

SimTruth beside_a_table(SimService& s) {
  return array_leak(s, {.grow = by_step(4096), .at_start = 64'000});
}

// Others ask by the same function, as by xrealloc.
SimTruth doubling_in_wrapper(SimService& s) {
  s.heap.born(s.heap.place({640}, kCaller), 5);
  return array_leak(s, {.grow = by_factor(2)});
}

// An entry so many times a second.
SimTruth array_of_time(SimService& s) {
  auto array = array_of(s);
  auto used = std::make_shared<double>(0);
  const double rate = 100 * s.with.time_rate;
  s.habits.push_back({{},
                      [array, used, rate](double seconds) {
                        *used += 64 * rate * seconds;
                        array->make_room(std::llround(*used), by_factor(1.125));
                      },
                      {}});
  return {Growth::kTime, "second", rate, 64, true};
}

// A cache in one array.
SimTruth array_fills(SimService& s) {
  auto array = array_of(s);
  auto held = std::make_shared<std::int64_t>(0);
  const double room = s.with.cache_size;
  s.habits.push_back({[&s, array, held, room](const SimWave& wave) {
                        for (std::int64_t i = 0; i < wave.connections; ++i) {
                          const double u =
                              std::uniform_real_distribution<>()(s.random);
                          if (u < 1 - static_cast<double>(*held) / room)
                            ++*held;
                        }
                        array->make_room(64 * *held, by_step(1024));
                      },
                      {},
                      {}});
  return {};
}

// Room for the most connections at once, which are never as many.
SimTruth array_of_peak(SimService& s) {
  auto array = array_of(s);
  s.habits.push_back({[&s, array](const SimWave& wave) {
                        const std::int64_t n = wave.connections;
                        if (n == 0) return;
                        const std::int64_t at_once =
                            uniform(s.random, n / 2, n);
                        array->resize(std::max(array->room, 64 * at_once));
                      },
                      {},
                      {}});
  return {};
}

// One buffer, as large as the last message.
SimTruth buffer_of_last(SimService& s) {
  auto array = array_of(s);
  s.habits.push_back({[&s, array](const SimWave& wave) {
                        if (wave.connections > 0)
                          array->resize(16 * uniform(s.random, 10, 1000));
                      },
                      {},
                      {}});
  return {};
}

// A vector that grows, and is emptied every few waves.
SimTruth grows_and_shrinks(SimService& s) {
  auto array = array_of(s);
  auto used = std::make_shared<std::int64_t>(0);
  s.habits.push_back({[&s, array, used](const SimWave& wave) {
                        if (*used >
                            64 * uniform(s.random, 2, 5) * s.with.connections) {
                          *used = 0;
                          array->resize(64);
                        }
                        *used += 64 * wave.connections;
                        array->make_room(*used, by_factor(1.25));
                      },
                      {},
                      {}});
  return {};
}

// A table that is full once, sooner or later.
SimTruth rehashed_once(SimService& s) {
  auto array = array_of(s);
  array->resize(64 << 10);
  auto left = std::make_shared<std::int64_t>(
      uniform(s.random, 0, 16 * s.with.connections));
  s.habits.push_back({[array, left](const SimWave& wave) {
                        *left -= wave.connections;
                        if (*left <= 0) array->resize(128 << 10);
                      },
                      {},
                      {}});
  return {};
}

// Whoever asks by one function: a few buffers of any size are in use when one
// looks.
SimTruth request_buffers(SimService& s, double in_use) {
  auto in_flight = std::make_shared<std::vector<Place>>();
  s.habits.push_back({{}, {}, [&s, in_flight, in_use] {
                        for (const Place place : *in_flight)
                          s.heap.free_all(place);
                        in_flight->clear();
                        const int count =
                            std::poisson_distribution<int>(in_use)(s.random);
                        for (int i = 0; i < count; ++i) {
                          const Place place = s.heap.place(
                              {16 * uniform(s.random, 8, 1000)}, kCaller);
                          in_flight->push_back(place);
                          s.heap.born(place, 1);
                        }
                      }});
  return {};
}

SimTruth few_requests(SimService& s) { return request_buffers(s, 0.7); }
SimTruth many_requests(SimService& s) { return request_buffers(s, 6); }

}  // namespace

std::vector<SimCase> container_cases() {
  return {
      {"doubling", "a vector with eight bytes per connection", doubling},
      {"half more", "a vector that grows by half", half_more},
      {"quarter more", "a vector that grows by a quarter", quarter_more},
      {"eighth more", "a vector that grows by an eighth", eighth_more},
      {"page more", "a vector that grows by 4096 bytes", page_more},
      {"page more at half", "the same, for every other connection",
       page_more_at_half},
      {"beside a table", "the same after a thousand entries of its own",
       beside_a_table},
      {"doubling, wrapper", "a vector where others ask by the same function",
       doubling_in_wrapper},
      {"array of time", "a vector with so many entries a second",
       array_of_time},
      {"array fills", "a cache that fills, in one array", array_fills},
      {"array of peak", "as many entries as were ever open at once",
       array_of_peak},
      {"buffer of last", "one buffer, as large as the last message",
       buffer_of_last},
      {"grows and shrinks", "a vector that is emptied every few cycles",
       grows_and_shrinks},
      {"rehashed once", "a table that doubles once", rehashed_once},
      {"few requests", "a buffer of any size in use now and then",
       few_requests},
      {"many requests", "a few buffers of any size in use", many_requests},
  };
}

}  // namespace tidemark
