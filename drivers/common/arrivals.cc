#include "drivers/common/arrivals.h"

#include <algorithm>
#include <cmath>

#include "drivers/common/draws.h"

namespace tidemark {
namespace {

// More a second than any machine starts.
constexpr double kHighestRate = 1e9;

double sane_rate(double rate) {
  return rate > 0 ? std::min(rate, kHighestRate) : 0;
}

}  // namespace

Arrivals::Arrivals(const StressSpec& spec, std::uint64_t seed)
    : poisson_(spec.poisson), random_(seed) {
  if (spec.executor == Executor::kRampingArrivalRate) {
    double from = spec.start;
    for (const RateStage& stage : spec.stages) {
      add_stage(to_seconds(stage.duration), from, stage.target);
      from = stage.target;
    }
  } else {
    add_stage(to_seconds(length_of(spec)), spec.rate, spec.rate);
  }
  // An integral that ends this near to a whole number was meant to reach it:
  // 0.1 arrivals per second for 30 s are three, whatever 0.1 is in binary.
  const double slack = 1e-9 + 1e-12 * integral_;
  if (poisson_) {
    reach_ = draw_exponential(random_);
    end_ = integral_;
  } else if (spec.executor == Executor::kRampingArrivalRate) {
    reach_ = 1;
    end_ = integral_ + slack;
  } else {
    end_ = integral_ - slack;
  }
}

void Arrivals::add_stage(double length, double from, double to) {
  if (!(length > 0)) return;  // a jump of the rate
  const double begin =
      stages_.empty() ? 0 : stages_.back().begin + stages_.back().length;
  from = sane_rate(from);
  to = sane_rate(to);
  const double before = integral_;
  integral_ += length * (from + to) / 2;
  stages_.push_back({begin, length, from, to, before, integral_});
}

std::optional<Duration> Arrivals::next() {
  if (stages_.empty() || !(reach_ < end_)) return std::nullopt;
  const double seconds = time_of(std::min(reach_, integral_));
  reach_ += poisson_ ? draw_exponential(random_) : 1;
  last_ = std::max(last_, Duration(std::llround(seconds * 1e9)));
  return last_;
}

// Where the integral of the rate, a straight line in each stage, gets to
// `integral`: u solves slope/2 u² + from u = need. Written with the root in
// the denominator it loses no digits when the slope is small, and is the
// plain quotient when there is none.
double Arrivals::time_of(double integral) {
  while (stage_ + 1 < stages_.size() && integral > stages_[stage_].after)
    ++stage_;
  const Stage& stage = stages_[stage_];
  const double need = integral - stage.before;
  if (!(need > 0)) return stage.begin;
  const double slope = (stage.to - stage.from) / stage.length;
  const double square =
      std::max(0.0, stage.from * stage.from + 2 * slope * need);
  const double offset = 2 * need / (stage.from + std::sqrt(square));
  return stage.begin + std::min(offset, stage.length);
}

Duration length_of(const StressSpec& spec) {
  if (!is_ramping(spec)) return spec.duration;
  Duration sum{};
  for (const RateStage& stage : spec.stages) sum += stage.duration;
  return sum;
}

double connections_at(const StressSpec& spec, Duration since) {
  if (spec.executor == Executor::kConstantConnections) return spec.connections;
  if (spec.executor != Executor::kRampingConnections) return 0;
  double from = spec.start;
  for (const RateStage& stage : spec.stages) {
    if (since < stage.duration) {
      const double part =
          std::max(0.0, to_seconds(since)) / to_seconds(stage.duration);
      return from + (stage.target - from) * part;
    }
    since -= stage.duration;
    from = stage.target;
  }
  return from;
}

}  // namespace tidemark
