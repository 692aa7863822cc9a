#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/verdict/classify.h"
#include "harness/verdict/limit.h"
#include "harness/verdict/phrases.h"
#include "harness/verdict/settled.h"
#include "harness/verdict/shape.h"
#include "harness/verdict/signs.h"
#include "harness/verdict/units.h"

namespace tidemark {
namespace {

// Calibrated by ci/bench calibration.
constexpr double kLeakZ = 3.5;  // against growth with time alone
// A level that walks at random rises ten times in a row once in a thousand
// walks; a mean step is told from none by as much.
constexpr double kRises = 10;
constexpr double kWalkT = 3.5;
constexpr double kLeastWalkT = 2;  // even if it never fell
// Much alike in each of at least six rings, and nothing ever went; with fewer
// events a decline would not have shown.
constexpr double kAlikeT = 6;
constexpr double kAlikeRings = 6;
constexpr double kAlikeEvents = 100;
constexpr double kRunsOut = 2.5;  // deviations: it may be running out
constexpr double kManyEvents = 60;
constexpr double kEnoughEvents = 30;
constexpr double kRingsOfPatience = 15;  // more, and the few are enough
constexpr double kSurelyRunsOut = 3.5;
constexpr double kGoesOnBesides = 4;
constexpr double kFewestForLeak = 8;    // objects
constexpr double kFewestIdleRings = 3;  // with survivors: growth with time
constexpr double kStandsStill = 0.1;    // of what came may be added
constexpr double kRingsForDoubt = 0.5;
constexpr double kNetForLeak = 0.7;  // share that replaced nothing
constexpr double kNetWhenBounded = 0.3;

// Whether the level only ever rises: no pool, no walk.
bool keeps_rising(const Signs& signs, double rises, double t) {
  const Shape& shape = signs.shape;
  if (signs.gone <= kNoneGone * shape.total && rises >= kRises &&
      t > kLeastWalkT) {
    return true;
  }
  if (signs.gone <= kNoneGone * shape.total && rises >= kAlikeRings &&
      rises == signs.telling && signs.student_t > kAlikeT &&
      signs.events >= kAlikeEvents) {
    return true;
  }
  return t > kWalkT && signs.net >= kNetForLeak * shape.total;
}

// Whether it may be something that fills, and has not shown to go on.
bool may_run_out(const Signs& signs, const Decline& decline, double events) {
  const double patience = std::clamp(
      (signs.shape.loaded_rings - kRises) / kRingsOfPatience, 0.0, 1.0);
  // What has filled up after a dozen events is patient, too.
  const double sure = std::clamp(
      (events - kFewestEvents) / (kEnoughEvents - kFewestEvents), 0.0, 1.0);
  const double doubt = events >= kManyEvents
                           ? kRunsOut
                           : std::lerp(kMayRunOut, kRunsOut, patience * sure);
  if (decline.z <= doubt) return false;
  // It may go on besides; then what came last does not run out any more.
  return decline.steady_z < kGoesOnBesides || signs.late_decline.z > kMayRunOut;
}

// What fills up looks like a leak while it is far from full: a few dozen events
// show that it is not, or a plan that is nearly over.
bool shows_its_course(const Signs& signs) {
  return signs.events >= kCourseEvents ||
         signs.shape.loaded_rings >= kRises + kRingsOfPatience;
}

bool is_random_leak(const Signs& signs) {
  const Shape& shape = signs.shape;
  return signs.against_time > kLeakZ && shape.total >= kFewestForLeak &&
         shape.loaded_rings_with >= kRises / 2 &&
         keeps_rising(signs, signs.telling_with, signs.walk_t) &&
         shows_its_course(signs) &&
         !may_run_out(signs, signs.decline, signs.events) &&
         signs.by_time() < 0.5 * shape.total;
}

bool is_time_growth(const Signs& signs) {
  if (signs.idle_seen <= kDismissed || signs.shape.rings_with < 3) {
    return false;
  }
  // One idle cycle with survivors is an event, not a rate.
  if (signs.watched <= kDismissed && signs.idle_rings < kFewestIdleRings) {
    return false;
  }
  // Growth with time alone has the same rate idle and loaded; at half of it
  // the connections add as much again and are what to look at.
  if (signs.by_time() < 0.5 * signs.shape.total) return false;
  return keeps_rising(signs, signs.shape.rings_with, signs.walk_t_ever) &&
         !may_run_out(signs, signs.decline_by_time, signs.events_by_time);
}

Draft innocent(const Series& series, std::span<const Dose> doses,
               std::string explanation) {
  Draft draft = draft_of(series, doses, FindingClass::kBounded, "connection");
  draft.finding.explanation = std::move(explanation);
  return draft;
}

// What is bounded, and why; nullopt when it grows.
std::optional<std::string> why_bounded(const Series& series,
                                       const Signs& signs) {
  const Shape& shape = signs.shape;
  const std::string kept = say_blocks(shape.total, series);
  if (shape.total <= kDismissed) {
    return fmt::format("{} in all, in {}", kept,
                       say_count(shape.rings_with, "cycle"));
  }
  const double stray = kDismissed;
  if (signs.net <= std::max(stray, kNetWhenBounded * shape.total)) {
    return fmt::format(
        "{} newer than the baseline replaced older ones: the level moved by "
        "{} in all",
        kept, say_count(std::round(signs.net), "block"));
  }
  if (shape.total <= kNetWhenBounded * (shape.total + series.died)) {
    return fmt::format("{} are what is left of {} born since the baseline",
                       kept, say_number(shape.total + series.died));
  }
  if (signs.gone > stray && signs.telling > kQuietRings &&
      signs.rise_lately <= std::max(stray, kStandsStill * signs.lately)) {
    return fmt::format(
        "the level stood still while {} more came in the last {} loaded cycles",
        say_blocks(signs.lately, series), say_number(kQuietRings));
  }
  if (shape.rings_with <= 1 && shape.loaded_rings >= 3 && signs.no_cause) {
    return fmt::format("{} appeared in one cycle and in no other", kept);
  }
  if (signs.decline.z > kSurelyRunsOut && signs.lately <= kDismissed) {
    return fmt::format(
        "growth ran out: {} after the baseline, {} of them in the last {} "
        "loaded cycles",
        kept, say_number(signs.lately), say_number(kQuietRings));
  }
  if (shape.rings_with < kRingsForDoubt * shape.loaded_rings &&
      signs.telling_with < kRingsForDoubt * signs.telling &&
      signs.idle_seen <= kDismissed && signs.no_cause &&
      are_few(signs.most_events, shape.connections) &&
      static_cast<double>(series.residue.bytes.value) <=
          kWantedBytes * shape.connections) {
    return fmt::format(
        "{} appeared in {} of {}", kept, say_number(shape.rings_with),
        say_count(shape.loaded_rings + shape.idle_rings, "cycle"));
  }
  return std::nullopt;
}

// Of the survivors, as they scatter around the fit; what is no more scattered
// than chance has nothing that was estimated.
Interval interval_around(const UnitFit& fit, const Shape& shape) {
  const double dispersion = dispersion_of(fit, shape.survivors);
  const auto telling = std::count_if(fit.units.begin(), fit.units.end(),
                                     [](double units) { return units > 0; });
  if (dispersion <= 1) return count_interval(shape.total, dispersion);
  return count_interval(shape.total, dispersion,
                        static_cast<double>(telling) - 1);
}

Draft grows_with_time(const Series& series, std::span<const Dose> doses,
                      const Signs& signs) {
  const Shape& shape = signs.shape;
  Draft draft = draft_of(series, doses, FindingClass::kTimeGrowth, "second");
  UnitFit fit;
  for (const Dose& dose : doses) {
    fit.units.push_back(dose.seconds);
    fit.predicted.push_back(shape.total / shape.seconds * dose.seconds);
  }
  const Interval interval = interval_around(fit, shape);
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
      "{} per second whether or not anything is connected: {} were left in "
      "{:.1f} s of idling, {} in {:.1f} s of cycles",
      say_blocks(rate.objects_per_unit, series), say_number(signs.idle_seen),
      signs.idle_seconds, say_number(shape.total), shape.seconds);
  return draft;
}

// What of the survivors is the connections' own: the rest is what time alone
// leaves, as the idle cycles show it, with its own uncertainty.
void set_estimated_rate(Draft& draft, const Series& series, const Signs& signs,
                        const UnitFit& fit) {
  const Shape& shape = signs.shape;
  const Interval interval = interval_around(fit, shape);
  double by_time = 0;
  Interval around;
  if (signs.idle_seen > kDismissed) {
    const double factor = shape.seconds / signs.idle_seconds;
    const Interval idle = count_interval(signs.idle_seen, 1);
    by_time = signs.by_time();
    around = {idle.low * factor, idle.high * factor};
  }
  const double below =
      std::hypot(shape.total - interval.low, around.high - by_time);
  const double above =
      std::hypot(interval.high - shape.total, by_time - around.low);
  const double kept = shape.total - by_time;
  const double units = std::accumulate(fit.units.begin(), fit.units.end(), 0.0);
  const double size = mean_size(series);
  const double each = size / shape.connections;
  Rate& rate = draft.finding.rate;
  rate.objects_per_connection = kept / shape.connections;
  rate.bytes_per_connection = kept * each;
  rate.objects_per_unit = units > 0 ? kept / units : 0;
  rate.bytes_per_unit = rate.objects_per_unit * size;
  rate.bytes_per_connection_low = std::max(0.0, kept - below) * each;
  rate.bytes_per_connection_high = (kept + above) * each;
  draft.objects_per_unit.assign(1, rate.objects_per_unit);
}

Draft leaks_at_random(const Series& series, std::span<const Dose> doses,
                      const Signs& signs) {
  const Shape& shape = signs.shape;
  const UnitFit& fit = signs.unit;
  Draft draft = draft_of(series, doses, FindingClass::kLeak, fit.unit);
  set_estimated_rate(draft, series, signs, fit);
  draft.confidence = signs.against_time;
  draft.events = signs.events;
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
                const Signs& signs) {
  const Shape& shape = signs.shape;
  Draft draft = draft_of(series, doses, FindingClass::kUndecided, "connection");
  set_estimated_rate(draft, series, signs, signs.unit);
  draft.finding.rate.bytes_per_connection_low = 0;
  draft.confidence = std::max(0.0, signs.against_time);
  draft.finding.explanation =
      fmt::format("{} grew over {} of {} without a pattern that says per what",
                  say_blocks(shape.total, series), say_number(shape.rings_with),
                  say_count(static_cast<double>(doses.size()), "cycle"));
  return draft;
}

// More cycles would tell no more, a longer watch would.
Draft going(const Series& series, std::span<const Dose> doses,
            const Signs& signs, Duration half_life) {
  Draft draft = undecided(series, doses, signs);
  draft.finding.half_life = half_life;
  draft.finding.explanation = fmt::format(
      "{} of {} went away within {} after the last cycle and the others still "
      "do, half of them every {}",
      say_number(series.watch->first - series.watch->last),
      say_blocks(series.watch->first, series),
      say_seconds(series.watch->watched), say_seconds(half_life));
  return draft;
}

}  // namespace

std::optional<Draft> classify(const Series& whole,
                              std::span<const Dose> all_doses) {
  const Series series = without_newest(as_settled(whole), all_doses.size());
  const std::span<const Dose> doses = window_of(series, all_doses);
  const Signs signs = signs_of(series, doses);
  if (signs.shape.total <= 0 || signs.shape.connections <= 0) {
    return std::nullopt;
  }
  if (const auto half_life = still_going(series))
    return going(series, doses, signs, *half_life);
  if (is_random_leak(signs)) return leaks_at_random(series, doses, signs);
  if (is_time_growth(signs)) return grows_with_time(series, doses, signs);
  if (signs.watched > kDismissed) return undecided(series, doses, signs);
  if (const auto why = why_bounded(series, signs)) {
    if (!worth_saying(series)) return std::nullopt;
    return innocent(series, doses, *why);
  }
  return undecided(series, doses, signs);
}

}  // namespace tidemark
