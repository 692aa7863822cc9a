#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>

#include "tests/support/sim/sim_service.h"
#include "tests/support/sim/sim_timers.h"

namespace tidemark {
namespace {

using Growth = SimTruth::Growth;
using Place = SimHeap::Place;

constexpr std::uint32_t kGuilty = kFirstOwnCaller;
constexpr std::uint32_t kSecond = 950;

// What is in flight when one looks, as field/verdict.md models it: sd 1.03.
std::int64_t draw_jitter(SimRandom& random, double scale) {
  static constexpr int kJitter[] = {0, 0, 0, 0, 0, 1, 1, 2, 3};
  const double one = kJitter[random() % std::size(kJitter)];
  if (scale == 1) return static_cast<std::int64_t>(one);
  return std::llround(one * scale);
}

std::int64_t some_of(SimRandom& random, std::int64_t n, double chance) {
  if (n <= 0) return 0;
  return std::binomial_distribution<std::int64_t>(n, chance)(random);
}

std::int64_t poisson(SimRandom& random, double mean) {
  if (mean <= 0) return 0;
  return std::poisson_distribution<std::int64_t>(mean)(random);
}

Place guilty_place(SimService& s) {
  return s.heap.place({s.with.leak_size}, kGuilty);
}

// Blocks that are in flight whenever one looks, born in that cycle.
SimHabit in_flight(SimService& s, Place place, double scale) {
  auto of_cycle = std::make_shared<std::pair<std::uint32_t, std::int64_t>>();
  return {{}, {}, [&s, place, scale, of_cycle] {
            s.heap.free_born_in(place, of_cycle->first, of_cycle->second);
            const std::int64_t now = draw_jitter(s.random, scale);
            s.heap.born(place, now);
            *of_cycle = {s.heap.now(), now};
          }};
}

// Eight of them, of which a few are renewed by every hundredth connection.
void add_slots(SimService& s, Place place) {
  s.habits.push_back({[&s, place](const SimWave& wave) {
                        const std::int64_t missing = 8 - s.heap.level(place);
                        const std::int64_t renewed = std::min<std::int64_t>(
                            8, poisson(s.random, 0.01 * static_cast<double>(
                                                            wave.connections)));
                        if (missing == 0) s.heap.free_oldest(place, renewed);
                        s.heap.born(place, missing > 0 ? missing : renewed);
                      },
                      {},
                      {}});
}

SimTruth leak(const SimService& s, std::string unit, double rate) {
  return {Growth::kConnections, std::move(unit), rate, s.with.leak_size, false};
}

SimTruth nothing() { return {}; }

// A share of the connections keeps one block each.
void leak_some(SimService& s, double chance) {
  const Place place = guilty_place(s);
  s.habits.push_back(
      {[&s, place, chance](const SimWave& wave) {
         s.heap.born(place, chance >= 1
                                ? wave.connections
                                : some_of(s.random, wave.connections, chance));
       },
       {},
       {}});
}

SimTruth clean(SimService&) { return nothing(); }

// Each connection adds an entry unless it is there already.
SimTruth saturating(SimService& s) {
  const Place place = s.heap.place({72}, kSecond);
  const double room = s.with.cache_size;
  s.habits.push_back(
      {[&s, place, room](const SimWave& wave) {
         double held = static_cast<double>(s.heap.level(place));
         std::int64_t added = 0;
         for (std::int64_t i = 0; i < wave.connections; ++i) {
           const double u = std::uniform_real_distribution<>()(s.random);
           if (u < 1 - (held + static_cast<double>(added)) / room) ++added;
         }
         s.heap.born(place, added);
       },
       {},
       {}});
  return nothing();
}

// Some connections wake a thread that had never worked before.
SimTruth lazy_threads(SimService& s) {
  const Place place = s.heap.place({256}, kSecond);
  auto touched = std::make_shared<std::vector<bool>>(s.with.threads);
  s.habits.push_back({[&s, place, touched](const SimWave& wave) {
                        const std::int64_t touches =
                            wave.connections / s.with.connections_per_touch;
                        for (std::int64_t i = 0; i < touches; ++i) {
                          const std::size_t thread =
                              s.random() % touched->size();
                          if ((*touched)[thread]) continue;
                          (*touched)[thread] = true;
                          s.heap.born(place, s.with.blocks_per_thread);
                        }
                      },
                      {},
                      {}});
  return nothing();
}

// Objects are kept for the most connections that ever were.
SimTruth pool_of_peak(SimService& s) {
  const Place place = s.heap.place({4096}, kSecond);
  s.habits.push_back({[&s, place](const SimWave& wave) {
                        s.heap.born(place,
                                    wave.connections - s.heap.level(place));
                      },
                      {},
                      {}});
  return nothing();
}

void add_lru(SimService& s, std::int64_t cap) {
  const Place place = s.heap.place({128}, kSecond);
  s.habits.push_back(
      {[&s, place, cap](const SimWave& wave) {
         const std::int64_t added = std::min(wave.connections, cap);
         s.heap.free_oldest(place, s.heap.level(place) + added - cap);
         s.heap.born(place, added);
       },
       {},
       {}});
}

SimTruth lru_within(SimService& s) {
  add_lru(s, s.with.lru_within);
  return nothing();
}

SimTruth lru_beyond(SimService& s) {
  add_lru(s, s.with.lru_beyond);
  return {Growth::kUndecidable, "", 0, 0, false};
}

SimTruth leak_all(SimService& s) {
  leak_some(s, 1);
  return leak(s, "connection", 1);
}

// One per connection, but for what is released late or early.
SimTruth leak_about_one(SimService& s) {
  const Place place = guilty_place(s);
  s.habits.push_back({[&s, place](const SimWave& wave) {
                        std::int64_t off = std::uniform_int_distribution<int>(
                            -30, 30)(s.random);
                        if (wave.connections == 0) off = 0;
                        s.heap.born(place, wave.connections + off);
                      },
                      {},
                      {}});
  return leak(s, "connection", 1);
}

SimTruth leak_one_percent(SimService& s) {
  leak_some(s, 0.01);
  return leak(s, "connection", 0.01);
}

SimTruth leak_one_in_thousand(SimService& s) {
  leak_some(s, 0.001);
  return {Growth::kTooRare, "connection", 0.001, s.with.leak_size, false};
}

// Each connection sends as many: so many per connection is all that shows.
SimTruth leak_per_message(SimService& s) {
  const Place place = guilty_place(s);
  s.habits.push_back({[&s, place](const SimWave& wave) {
                        s.heap.born(place, wave.connections * wave.messages);
                      },
                      {},
                      {}});
  return leak(s, "connection", s.with.messages);
}

std::int64_t abnormal_of(const SimWave& wave) {
  std::int64_t sum = 0;
  for (const auto& [way, count] : wave.ways)
    if (way != "graceful") sum += count.value;
  return sum;
}

SimTruth leak_per_abnormal(SimService& s) {
  const Place place = guilty_place(s);
  s.habits.push_back({[&s, place](const SimWave& wave) {
                        s.heap.born(place, abnormal_of(wave));
                      },
                      {},
                      {}});
  return leak(s, "abnormal close", 1);
}

SimTruth leak_per_reset(SimService& s) {
  const Place place = guilty_place(s);
  s.habits.push_back({[&s, place](const SimWave& wave) {
                        s.heap.born(place, 2 * wave.going("reset"));
                      },
                      {},
                      {}});
  return leak(s, "reset close", 2);
}

SimTruth leak_at_some_resets(SimService& s) {
  const Place place = guilty_place(s);
  s.habits.push_back({[&s, place](const SimWave& wave) {
                        s.heap.born(
                            place, some_of(s.random, wave.going("reset"), 0.1));
                      },
                      {},
                      {}});
  return leak(s, "reset close", 0.1);
}

// Now and then many blocks at once, gone two waves later.
SimTruth bursts(SimService& s) {
  const Place place = s.heap.place({512}, kSecond);
  auto bursts = std::make_shared<std::deque<std::uint32_t>>();
  s.habits.push_back(
      {[&s, place, bursts](const SimWave&) {
         while (!bursts->empty() && bursts->front() + 2 <= s.heap.now()) {
           s.heap.free_born_in(place, bursts->front(), s.with.burst_blocks);
           bursts->pop_front();
         }
         if (std::uniform_real_distribution<>()(s.random) >=
             s.with.burst_chance)
           return;
         s.heap.born(place, s.with.burst_blocks);
         bursts->push_back(s.heap.now());
       },
       {},
       {}});
  return nothing();
}

// One connection in a hundred keeps ten blocks.
SimTruth leak_in_clumps(SimService& s) {
  const Place place = guilty_place(s);
  s.habits.push_back(
      {[&s, place](const SimWave& wave) {
         s.heap.born(place, 10 * some_of(s.random, wave.connections, 0.01));
       },
       {},
       {}});
  return leak(s, "connection", 0.1);
}

SimTruth noise(SimService& s) {
  for (std::uint32_t i = 0; i < 6; ++i)
    s.habits.push_back(in_flight(s, s.heap.place({48 + 16 * i}, kSecond + i),
                                 5 * s.with.jitter));
  return nothing();
}

// What a connection had is released a while after it is gone.
SimTruth slow_release(SimService& s) {
  // The life of a copy of the distribution: a draw depends on no other.
  std::exponential_distribution<> after(1 / s.with.release_after);
  const double longest = 2 * s.with.release_after;
  s.habits.push_back(kept_for(
      s, s.heap.place({192}, kSecond), [after, longest](SimRandom& random) {
        auto drawn = after;
        return std::optional(std::min(drawn(random), longest));
      }));
  return nothing();
}

void grow_with_time(SimService& s, Place place) {
  s.habits.push_back(
      {{},
       [&s, place](double seconds) {
         s.heap.born(place, poisson(s.random, s.with.time_rate * seconds));
       },
       {}});
}

SimTruth time_growth(SimService& s) {
  grow_with_time(s, guilty_place(s));
  return {Growth::kTime, "second", s.with.time_rate, s.with.leak_size, false};
}

SimTruth leak_beside_jitter(SimService& s) {
  leak_some(s, 1);
  s.habits.push_back(in_flight(s, guilty_place(s), s.with.jitter));
  return leak(s, "connection", 1);
}

SimTruth rare_leak_beside_jitter(SimService& s) {
  leak_some(s, 0.01);
  s.habits.push_back(in_flight(s, guilty_place(s), s.with.jitter));
  return leak(s, "connection", 0.01);
}

// Its idle level walks at random between zero and 400; who is taken out or
// put in is any.
SimTruth drifting(SimService& s) {
  const Place place = s.heap.place({320}, kSecond);
  s.heap.born(place, 200);
  s.habits.push_back({[&s, place](const SimWave&) {
                        const std::int64_t step =
                            std::llround(std::normal_distribution<>(
                                0, s.with.drift)(s.random));
                        const std::int64_t level = s.heap.level(place);
                        const std::int64_t wanted =
                            std::clamp<std::int64_t>(level + step, 0, 400);
                        if (wanted > level)
                          s.heap.born(place, wanted - level);
                        else
                          s.heap.free_oldest(place, level - wanted);
                      },
                      {},
                      {}});
  return nothing();
}

SimTruth rare_leak_and_cache(SimService& s) {
  saturating(s);
  return leak_one_percent(s);
}

SimTruth leak_and_time(SimService& s) {
  grow_with_time(s, s.heap.place({160}, kSecond));
  leak_some(s, 1);
  return {Growth::kBoth, "connection", 1, s.with.leak_size, false};
}

SimTruth leak_and_time_in_one_place(SimService& s) {
  grow_with_time(s, guilty_place(s));
  leak_some(s, 1);
  return {Growth::kBoth, "connection", 1, s.with.leak_size, false};
}

SimTruth leak_and_release(SimService& s) {
  slow_release(s);
  return leak_all(s);
}

// All that a server does which is none: two dozen places in flight and with
// slots that are renewed, and what is made when it is first needed.
SimTruth busy(SimService& s) {
  for (std::uint32_t i = 0; i < 12; ++i) {
    s.habits.push_back(
        in_flight(s, s.heap.place({32 + 8 * i}, 1000 + i), s.with.jitter));
    add_slots(s, s.heap.place({200 + 8 * i}, 1100 + i));
  }
  for (std::uint32_t i = 0; i < 4; ++i) {
    const Place touched = s.heap.place({64}, 1200 + i);
    const Place peak = s.heap.place({4096}, 1300 + i);
    const Place lazy = s.heap.place({24}, 1400 + i);
    s.habits.push_back(
        {[&s, touched, peak, lazy](const SimWave& wave) {
           const std::int64_t n = wave.connections;
           for (std::int64_t k = 0; k < n / 25; ++k)  // 16 threads, 4 each
             if (s.random() % 64 >=
                 static_cast<std::uint64_t>(s.heap.level(touched)))
               s.heap.born(touched, 4);
           const std::int64_t at_once =
               20 + poisson(s.random, 0.1 * static_cast<double>(n));
           s.heap.born(peak, at_once - s.heap.level(peak));
           if (s.heap.level(lazy) == 0 && s.random() % 20 == 0)
             s.heap.born(lazy, 5);
         },
         {},
         {}});
  }
  return nothing();
}

SimTruth busy_leak(SimService& s) {
  busy(s);
  return leak_one_percent(s);
}

SimTruth pool_and_drift(SimService& s) {
  pool_of_peak(s);
  s.habits.push_back(
      in_flight(s, s.heap.place({48}, kSecond + 1), 3 * s.with.jitter));
  return lazy_threads(s);
}

// All but those of one block that grows (sim_containers.cc).
std::vector<SimCase> block_cases() {
  using enum CloseBehavior;
  return {
      {"clean", "nothing stays but what is in flight", clean},
      {"noise", "six places with five times the jitter", noise},
      {"bursts", "now and then many blocks, gone two cycles later", bursts},
      {"saturating", "a cache that fills", saturating},
      {"lazy threads", "a cache per thread, made when first needed",
       lazy_threads},
      {"pool", "as many as were ever open at once", pool_of_peak},
      {"lru within", "the newest few", lru_within},
      {"slow release", "released a while after the connection", slow_release},
      {"drifting pool", "a level that walks at random", drifting},
      {"pool and threads", "two innocents and more jitter", pool_and_drift},
      {"busy", "two dozen noises, pools and late firsts", busy},
      {"lru beyond", "a cap that no run reaches", lru_beyond},
      {"time", "so many a second", time_growth},
      {"leak 1", "one per connection", leak_all},
      {"leak 1 +-30", "one per connection, about", leak_about_one},
      {"leak 1 %", "one connection in a hundred", leak_one_percent},
      {"leak 0.1 %", "one in a thousand", leak_one_in_thousand},
      {"leak clumps", "one in a hundred, ten each", leak_in_clumps},
      {"leak 1 jitter", "one each, and jitter in the same place",
       leak_beside_jitter},
      {"leak 1 % jitter", "one in a hundred, and jitter there",
       rare_leak_beside_jitter},
      {"per message", "one per message", leak_per_message},
      {"per abnormal",
       "one per close that is not graceful",
       leak_per_abnormal,
       {kReset, kFin}},
      {"per reset", "two per reset", leak_per_reset, {kReset, kFin}},
      {"some resets", "one reset in ten", leak_at_some_resets, {kReset, kFin}},
      {"leak 1 % + cache", "one in a hundred beside a cache that fills",
       rare_leak_and_cache},
      {"busy, leak 1 %", "one in a hundred in a busy service", busy_leak},
      {"leak 1 + time", "one each, and so many a second elsewhere",
       leak_and_time},
      {"leak 1 + time, one place", "both from one place",
       leak_and_time_in_one_place},
      {"leak 1 + release", "one each, and late releases elsewhere",
       leak_and_release},
  };
}

}  // namespace

void add_background(SimService& s) {
  s.heap.born(s.heap.place({64}, 1), 300);
  for (std::uint32_t i = 0; i < 5; ++i)
    s.habits.push_back(in_flight(
        s, s.heap.place({32 + 16 * i}, kInFlightCaller + i), s.with.jitter));
  for (std::uint32_t i = 0; i < 3; ++i)
    add_slots(s, s.heap.place({200 + 8 * i}, 30 + i));
  const Place lazy = s.heap.place({24}, 40);  // once, when first needed
  s.habits.push_back({[&s, lazy](const SimWave&) {
                        if (s.heap.level(lazy) == 0 && s.random() % 20 == 0)
                          s.heap.born(lazy, 5);
                      },
                      {},
                      {}});
}

const std::vector<SimCase>& sim_cases() {
  static const std::vector<SimCase> kCases = [] {
    std::vector<SimCase> cases = block_cases();
    for (SimCase& of : container_cases()) cases.push_back(std::move(of));
    return cases;
  }();
  return kCases;
}

}  // namespace tidemark
