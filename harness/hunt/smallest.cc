#include "harness/hunt/smallest.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tidemark {
namespace {

class Reducer {
 public:
  Reducer(Laboratory& laboratory, const Finds& finds, const std::string& what)
      : laboratory_(laboratory), finds_(finds), what_(what) {}

  // The experiment, if it finds it still.
  const Done* try_out(const Scenario& scenario, const char* how) {
    const Done* done = laboratory_.perform(in_a_hurry(scenario),
                                           fmt::format("{}: {}", what_, how));
    return done != nullptr && finds_(done->record) ? done : nullptr;
  }

 private:
  Laboratory& laboratory_;
  const Finds& finds_;
  const std::string& what_;
};

// Where one of several ways is enough, the first half that has it.
const Done* by_halves(const HuntSubject& subject, Ways suspects,
                      Reducer& reducer) {
  const Done* found = nullptr;
  while (suspects.size() > 1) {
    const auto middle = suspects.begin() + std::ssize(suspects) / 2;
    const Ways halves[] = {Ways(suspects.begin(), middle),
                           Ways(middle, suspects.end())};
    const Done* done = nullptr;
    for (const Ways& half : halves) {
      done = reducer.try_out(follow_up_experiment(subject, half),
                             "which of the ways is it");
      if (done == nullptr) continue;
      suspects = half;
      break;
    }
    // It takes several of them.
    if (done == nullptr) return found;
    found = done;
  }
  return found;
}

}  // namespace

const Done* find_guilty(const HuntSubject& subject, const Ways& blamed,
                        const Ways& suspects, Laboratory& laboratory,
                        const Finds& finds, const std::string& what) {
  Reducer reducer(laboratory, finds, what);
  if (!blamed.empty()) {
    const Done* done = reducer.try_out(follow_up_experiment(subject, blamed),
                                       "what is blamed, alone");
    if (done != nullptr && blamed.size() == 1) return done;
    if (done != nullptr) {
      const Done* fewer = by_halves(subject, blamed, reducer);
      return fewer != nullptr ? fewer : done;
    }
  }
  if (suspects.size() == 1)
    return reducer.try_out(follow_up_experiment(subject, suspects), "alone");
  return by_halves(subject, suspects, reducer);
}

namespace {

// What of its parts `done` can do without.
const Done* without_parts(const Done* done, Reducer& reducer) {
  for (const Scenario& plain : without_factors(done->scenario)) {
    const Done* fixed = reducer.try_out(plain, "messages of one kind");
    if (fixed == nullptr) continue;
    done = fixed;
    break;
  }
  const Ways& ways = done->scenario.flows.front().close;
  if (ways.size() > 1) {
    Ways guilty;
    std::copy_if(ways.begin(), ways.end(), std::back_inserter(guilty),
                 [](const auto& way) { return !is_graceful(way); });
    const Done* alone =
        reducer.try_out(with_ways(done->scenario, guilty), "without others");
    if (alone != nullptr) done = alone;
  }
  const LoadSpec& load = done->scenario.flows.front();
  if (!load.flow.empty() || load.traffic.messages > 0) {
    const Done* silent =
        reducer.try_out(without_messages(done->scenario), "without messages");
    if (silent != nullptr) done = silent;
  }
  return done;
}

const Done* with_fewest_connections(const Done* done, bool exact,
                                    Reducer& reducer) {
  const Done* before = done;
  for (;;) {
    const Scenario fewer = with_half_the_connections(done->scenario);
    const Done* next = fewer == done->scenario
                           ? nullptr
                           : reducer.try_out(fewer, "fewer connections");
    if (next == nullptr) return exact ? done : before;
    before = std::exchange(done, next);
  }
}

}  // namespace

const Done* find_smallest(const Done* done, bool exact, Duration linger,
                          Laboratory& laboratory, const Finds& finds,
                          const std::string& what) {
  Reducer reducer(laboratory, finds, what);
  const Ways& ways = done->scenario.flows.front().close;
  // Each of its cycles waits for the vanished: it is small enough.
  if (std::none_of(ways.begin(), ways.end(), vanishes)) {
    done = without_parts(done, reducer);
    done = with_fewest_connections(done, exact, reducer);
  }
  // As it will be run from now on.
  Scenario kept = unhurried(done->scenario);
  if (linger > kept.cycles.linger) kept = watched_for(std::move(kept), linger);
  return laboratory.perform(kept, what + ": as it is kept");
}

}  // namespace tidemark
