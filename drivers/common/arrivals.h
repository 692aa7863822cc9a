// When the iterations of a stress run are due: a schedule that follows from
// the scenario and a seed alone, and never waits for the service.
//
// With evenly spaced arrivals the first of a constant rate is due at 0 and
// the n-th of a ramp where the integral of the rate reaches n, as in k6: each
// is computed from its number, so that rounding cannot add up. Poisson
// arrivals are due where the integral reaches the sum of so many exponential
// draws, which is a Poisson process for every ramp.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/common/random.h"
#include "tidemark/scenario.h"

namespace tidemark {

// One thread at a time.
class Arrivals {
 public:
  // Executors of connections have arrivals, too, if they have a rate: a
  // constant one, for as long as they last.
  Arrivals(const StressSpec& spec, std::uint64_t seed);

  // The next one's offset from the start of the load (start_after is not in
  // it); never less than the one before. nullopt: there are no more.
  std::optional<Duration> next();

 private:
  struct Stage {
    double begin;   // seconds
    double length;  // seconds, > 0
    double from;    // per second
    double to;
    double before;  // integral of the rate up to `begin`
    double after;   // and to the end
  };

  void add_stage(double length, double from, double to);
  double time_of(double integral);

  std::vector<Stage> stages_;
  std::size_t stage_ = 0;  // times are asked for in order
  double integral_ = 0;
  bool poisson_;
  double reach_ = 0;  // where the integral is at the next
  double end_ = 0;    // no arrivals from there on
  Duration last_{};
  Random random_;
};

// How long the load lasts, without its graceful stop.
Duration length_of(const StressSpec& spec);

// How many connections a load of an executor of connections wants `since` its
// start: between the targets of its stages, the last target afterwards.
// 0 for executors of arrivals, which have as many as they need.
double connections_at(const StressSpec& spec, Duration since);

}  // namespace tidemark
