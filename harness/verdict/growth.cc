#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/verdict/classify.h"
#include "harness/verdict/crossover.h"
#include "harness/verdict/limit.h"
#include "harness/verdict/phrases.h"
#include "harness/verdict/shape.h"
#include "harness/verdict/units.h"

namespace tidemark {
namespace {

// Calibrated in judge_simulation_test.cc.
constexpr double kLeakT = 3.5;  // crossover, whole run
constexpr double kTimeT = 3.5;
constexpr double kSecondHalf = 0.5;  // of the first half's rate, at least
// Standard deviations: to doubt that it goes on, and to call it over.
constexpr double kDoubt = 2;
constexpr double kCertainty = 3.5;
constexpr double kFlat = 0.1;          // of the earlier growth may go on
constexpr double kFewestForLeak = 8;   // objects
constexpr double kRingsForLeak = 0.6;  // share of loaded rings with some
constexpr double kRingsForDoubt = 0.5;
constexpr double kNetForLeak = 0.7;  // share that replaced nothing
constexpr double kNetWhenBounded = 0.3;

std::vector<LevelReading> readings_of(const Series& series,
                                      std::span<const Dose> doses,
                                      std::size_t from, std::size_t to) {
  std::vector<LevelReading> readings;
  LevelReading at{series.levels[from], 0, 0};
  readings.push_back(at);
  for (std::size_t i = from; i < to; ++i) {
    at.level = series.levels[i + 1];
    at.connections += doses[i].connections;
    at.time += doses[i].seconds;
    readings.push_back(at);
  }
  return readings;
}

// Net growth per connection before the middle of the connections and after,
// and whether it had stopped by then.
struct Halves {
  double first = 0;
  double second = 0;
  bool slowed = false;   // in the second half, or the last two loaded cycles
  bool stopped = false;  // so much that it may be called over
};

// Whether `grown` is less than half of what was expected, by so many
// standard deviations that it is not by chance.
bool falls_short(double grown, double expected, double deviations) {
  return grown < kSecondHalf * expected &&
         expected - grown > deviations * std::sqrt(expected);
}

Halves halves_of(const Series& series, std::span<const Dose> doses,
                 double connections) {
  double so_far = 0;
  std::size_t middle = 0;
  while (middle < doses.size() && so_far < connections / 2) {
    so_far += doses[middle++].connections;
  }
  Halves halves;
  const double rest = connections - so_far;
  const double end = series.levels.back();
  if (so_far > 0) halves.first = series.levels[middle] / so_far;
  if (rest > 0) halves.second = (end - series.levels[middle]) / rest;
  double last_connections = 0;
  int loaded = 0;
  std::size_t at = doses.size();
  while (at > 0 && loaded < 2) {
    --at;
    last_connections += doses[at].connections;
    if (doses[at].connections > 0) ++loaded;
  }
  const double later = halves.second * rest;
  const double at_last = end - series.levels[at];
  const double as_before = halves.first * last_connections;
  halves.slowed = falls_short(later, halves.first * rest, kDoubt) ||
                  falls_short(at_last, as_before, kDoubt);
  const bool flat = at_last <= std::max<double>(kDismissed, kFlat * as_before);
  halves.stopped = (flat && falls_short(at_last, as_before, kCertainty)) ||
                   (halves.slowed && later <= kDismissed);
  return halves;
}

// Whether blocks went on being left while nothing was connected, in
// proportion to the time: in idle cycles, or while watched at the end.
struct TimeEvidence {
  double rate = 0;          // objects per second, when idle
  double idle_seconds = 0;  // over which that is known
  double seen = 0;          // objects in that time
  double watched = 0;       // those of them seen after the last cycle
  double watched_seconds = 0;
};

TimeEvidence time_evidence(const Series& series, std::span<const Dose> doses,
                           const Shape& shape) {
  TimeEvidence evidence;
  for (std::size_t i = 0; i < doses.size(); ++i) {
    if (doses[i].kind == CycleKind::kIdle) {
      evidence.idle_seconds += doses[i].seconds;
    }
  }
  evidence.seen = shape.idle_total;
  if (series.watch && series.watch->last >= series.watch->first) {
    evidence.watched = series.watch->last - series.watch->first;
    evidence.seen += evidence.watched;
    evidence.watched_seconds = to_seconds(series.watch->watched);
    evidence.idle_seconds += evidence.watched_seconds;
  }
  if (evidence.idle_seconds > 0) {
    evidence.rate = evidence.seen / evidence.idle_seconds;
  }
  return evidence;
}

// How many standard deviations fewer were left while idle than growth with
// time alone would have left (square root of the likelihood ratio).
double against_time(const TimeEvidence& idle, const Shape& shape) {
  const double all = shape.total + idle.watched;
  const double share =
      idle.idle_seconds / (shape.seconds + idle.watched_seconds);
  const double expected = all * share;
  const double busy = all - idle.seen;
  if (share <= 0 || share >= 1 || idle.seen >= expected) return 0;
  double ratio = busy * std::log(busy / (all - expected));
  if (idle.seen > 0) ratio += idle.seen * std::log(idle.seen / expected);
  return std::sqrt(2 * std::max(0.0, ratio));
}

Draft innocent(const Series& series, std::span<const Dose> doses,
               std::string explanation) {
  Draft draft = draft_of(series, doses, FindingClass::kBounded, "connection");
  draft.finding.explanation = std::move(explanation);
  return draft;
}

// What is bounded, and why; nullopt when it grows.
std::optional<std::string> why_bounded(const Series& series, const Shape& shape,
                                       const Halves& halves) {
  const double stray = kDismissed;
  if (series.net() <= std::max(stray, kNetWhenBounded * shape.total)) {
    return fmt::format(
        "{} newer than the baseline replaced older ones: the level moved by "
        "{} in all",
        say_blocks(shape.total, series),
        say_count(std::round(series.net()), "block"));
  }
  if (shape.rings_with <= 1 && shape.loaded_rings >= 3) {
    return fmt::format("{} appeared in one cycle and in no other",
                       say_blocks(shape.total, series));
  }
  if (halves.stopped && halves.second < kSecondHalf * halves.first) {
    return fmt::format(
        "growth slowed down from {} to {} per connection between the halves "
        "of the run",
        say_count(halves.first, "block"),
        say_number(std::max(0.0, halves.second)));
  }
  return std::nullopt;
}

Draft grows_with_time(const Series& series, std::span<const Dose> doses,
                      const Shape& shape) {
  Draft draft = draft_of(series, doses, FindingClass::kTimeGrowth, "second");
  UnitFit fit;
  for (const Dose& dose : doses) {
    fit.units.push_back(dose.seconds);
    fit.predicted.push_back(shape.total / shape.seconds * dose.seconds);
  }
  const Interval interval =
      count_interval(shape.total, dispersion_of(fit, shape.survivors));
  const double size = mean_size(series);
  Rate& rate = draft.finding.rate;
  rate.objects_per_unit = shape.total / shape.seconds;
  rate.bytes_per_unit = rate.objects_per_unit * size;
  if (shape.connections > 0) {
    rate.objects_per_connection = shape.total / shape.connections;
    rate.bytes_per_connection = rate.objects_per_connection * size;
    rate.bytes_per_connection_low = interval.low * size / shape.connections;
    rate.bytes_per_connection_high = interval.high * size / shape.connections;
  }
  draft.objects_per_unit.assign(1, rate.objects_per_unit);
  draft.finding.explanation = fmt::format(
      "{} per second whether or not anything is connected: {} were left "
      "while idle, {} in {:.1f} s altogether",
      say_blocks(rate.objects_per_unit, series), say_number(shape.idle_total),
      say_number(shape.total), shape.seconds);
  return draft;
}

void set_estimated_rate(Draft& draft, const Series& series, const Shape& shape,
                        const UnitFit& fit) {
  const Interval interval =
      count_interval(shape.total, dispersion_of(fit, shape.survivors));
  const double units = std::accumulate(fit.units.begin(), fit.units.end(), 0.0);
  const double size = mean_size(series);
  Rate& rate = draft.finding.rate;
  rate.objects_per_connection = shape.total / shape.connections;
  rate.bytes_per_connection = rate.objects_per_connection * size;
  rate.objects_per_unit = units > 0 ? shape.total / units : 0;
  rate.bytes_per_unit = rate.objects_per_unit * size;
  rate.bytes_per_connection_low = interval.low * size / shape.connections;
  rate.bytes_per_connection_high = interval.high * size / shape.connections;
  draft.objects_per_unit.assign(1, rate.objects_per_unit);
}

Draft leaks_at_random(const Series& series, std::span<const Dose> doses,
                      const Shape& shape, double t) {
  const UnitFit fit = fit_likeliest(doses, shape.survivors);
  Draft draft = draft_of(series, doses, FindingClass::kLeak, fit.unit);
  set_estimated_rate(draft, series, shape, fit);
  draft.confidence = t;
  const double units = std::accumulate(fit.units.begin(), fit.units.end(), 0.0);
  draft.finding.explanation = fmt::format(
      "{} of {} left some, {} over {}; {}", say_number(shape.loaded_rings_with),
      say_count(shape.loaded_rings, "loaded cycle"),
      say_blocks(shape.total, series), say_count(units, fit.unit),
      shape.idle_total == 0 ? "idle cycles left none"
                            : say_number(shape.idle_total) + " while idle");
  return draft;
}

Draft undecided(const Series& series, std::span<const Dose> doses,
                const Shape& shape, double t) {
  Draft draft = draft_of(series, doses, FindingClass::kUndecided, "connection");
  set_estimated_rate(draft, series, shape,
                     fit_likeliest(doses, shape.survivors));
  draft.finding.rate.bytes_per_connection_low = 0;
  draft.confidence = t;
  draft.finding.explanation =
      fmt::format("{} grew over {} of {} without a pattern that says per what",
                  say_blocks(shape.total, series), say_number(shape.rings_with),
                  say_count(static_cast<double>(doses.size()), "cycle"));
  return draft;
}

bool is_time_growth(const TimeEvidence& idle, const Shape& shape,
                    const std::optional<CrossoverFit>& fit) {
  if (idle.seen <= kDismissed || shape.rings_with < 3) return false;
  // One idle cycle with survivors is an event, not a rate.
  if (idle.watched <= kDismissed &&
      shape.idle_rings_with < std::min(2.0, shape.idle_rings)) {
    return false;
  }
  const double overall = shape.total / shape.seconds;
  // Growth with time alone has the same rate idle and loaded; at half of it
  // the connections add as much again and are what to look at.
  if (idle.rate < 0.5 * overall) return false;
  const double all = shape.total + idle.watched;
  return (fit && fit->t_gamma() > kTimeT) || std::sqrt(all) > kTimeT;
}

bool is_random_leak(const Series& series, const Shape& shape,
                    const Halves& halves, const TimeEvidence& idle,
                    const std::optional<CrossoverFit>& fit) {
  const bool per_connection =
      (fit && fit->t_beta() > kLeakT) || against_time(idle, shape) > kLeakT;
  if (!per_connection) return false;
  if (shape.total < kFewestForLeak || shape.loaded_rings_with < 4) {
    return false;
  }
  if (shape.loaded_rings_with < kRingsForLeak * shape.loaded_rings) {
    return false;
  }
  if (series.net() < kNetForLeak * shape.total) return false;
  if (halves.slowed) return false;
  return idle.rate * shape.seconds < 0.5 * shape.total;
}

}  // namespace

std::optional<Draft> classify(const Series& series,
                              std::span<const Dose> all_doses) {
  const std::span<const Dose> doses = window_of(series, all_doses);
  const Shape shape = shape_of(series, doses);
  if (shape.total <= 0 || shape.connections <= 0) return std::nullopt;
  const Halves halves = halves_of(series, doses, shape.connections);
  const std::optional<CrossoverFit> fit =
      fit_crossover(readings_of(series, doses, 0, doses.size()));
  const double t = fit ? std::max(fit->t_beta(), 0.0) : 0;
  const TimeEvidence idle = time_evidence(series, doses, shape);
  if (is_random_leak(series, shape, halves, idle, fit)) {
    return leaks_at_random(series, doses, shape, t);
  }
  if (series.net() > kNetWhenBounded * shape.total &&
      is_time_growth(idle, shape, fit)) {
    return grows_with_time(series, doses, shape);
  }
  if (idle.watched > kDismissed && shape.total > 0) {
    return undecided(series, doses, shape, t);
  }
  if (shape.total <= kDismissed) {
    if (!worth_saying(series)) return std::nullopt;
    return innocent(
        series, doses,
        fmt::format("{} in all, in {}", say_blocks(shape.total, series),
                    say_count(shape.rings_with, "cycle")));
  }
  if (const auto why = why_bounded(series, shape, halves)) {
    if (!worth_saying(series)) return std::nullopt;
    return innocent(series, doses, *why);
  }
  if (shape.rings_with < kRingsForDoubt * shape.loaded_rings) {
    if (!worth_saying(series)) return std::nullopt;
    return innocent(
        series, doses,
        fmt::format("{} appeared in {} of {}", say_blocks(shape.total, series),
                    say_number(shape.rings_with),
                    say_count(static_cast<double>(doses.size()), "cycle")));
  }
  return undecided(series, doses, shape, t);
}

}  // namespace tidemark
