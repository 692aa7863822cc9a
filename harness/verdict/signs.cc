#include "harness/verdict/signs.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "harness/verdict/limit.h"

namespace tidemark {
namespace {

constexpr double kClumpsForSure = 4;  // dispersion
constexpr std::size_t kFewWays = 8;

// The drift of the level over what a walk at random that scatters as much
// would have: Σd / √(Σ(d²/s)/n · Σs), where the step d took s units or seconds.
double walk_t(std::span<const double> steps, std::span<const double> lengths) {
  double sum = 0;
  double squares = 0;
  double length = 0;
  double n = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (lengths[i] <= 0) continue;
    sum += steps[i];
    squares += steps[i] * steps[i] / lengths[i];
    length += lengths[i];
    n += 1;
  }
  return squares > 0 ? sum / std::sqrt(squares / n * length) : 0;
}

// Mean over standard error of what each ring has left per unit.
double student_t(const Shape& shape, const UnitFit& unit) {
  std::vector<double> rates;
  for (std::size_t i = 0; i < unit.units.size(); ++i)
    if (unit.units[i] > 0) rates.push_back(shape.survivors[i] / unit.units[i]);
  if (rates.size() < 2) return 0;
  const double n = static_cast<double>(rates.size());
  const double mean = std::accumulate(rates.begin(), rates.end(), 0.0) / n;
  double squares = 0;
  for (const double rate : rates) squares += (rate - mean) * (rate - mean);
  const double error = std::sqrt(squares / (n - 1) / n);
  return mean / std::max(error, 1e-9);
}

// Whether `other` had all that `dose` had, half as much at least: what came
// with the one would have come with the other.
bool repeats(const Dose& other, const Dose& dose) {
  if (other.settings != dose.settings) return false;
  for (const auto& [way, count] : dose.closed) {
    const auto found = other.closed.find(way);
    const double again = found == other.closed.end() ? 0 : found->second;
    if (again < count / 2) return false;
  }
  return 2 * other.connections >= dose.connections;
}

// Whether each cycle that left something was repeated by one that left
// nothing: so it was no way and no level that did it.
// Of very many ways no cycle has the same as another.
bool had_no_cause(const Shape& shape, std::span<const Dose> doses) {
  for (const Dose& dose : doses)
    if (dose.closed.size() > kFewWays) return true;
  for (std::size_t i = 0; i < doses.size(); ++i) {
    if (shape.survivors[i] <= 0) continue;
    bool repeated = false;
    for (std::size_t j = 0; j < doses.size() && !repeated; ++j)
      repeated = shape.survivors[j] <= 0 && repeats(doses[j], doses[i]);
    if (!repeated) return false;
  }
  return true;
}

// The warm-up had the plain mix of everything: its share of the unit is the
// whole run's.
Decline decline_since_warmup(const Series& series, const Shape& shape,
                             const UnitFit& unit) {
  const double units =
      std::accumulate(unit.units.begin(), unit.units.end(), 0.0);
  std::vector<GrowthStep> steps;
  for (const WarmRing& ring : series.warm) {
    // It had one level of each factor, and no share of the others.
    if (unit.at_level) break;
    steps.push_back(
        {ring.connections * units / shape.connections, ring.objects});
  }
  for (std::size_t i = 0; i < unit.units.size(); ++i)
    steps.push_back({unit.units[i], shape.survivors[i]});
  return decline_of(steps);
}

Decline decline_over_time(const Series& series, const Shape& shape,
                          std::span<const Dose> doses) {
  std::vector<GrowthStep> steps;
  for (const WarmRing& ring : series.warm)
    steps.push_back({ring.seconds, ring.objects});
  for (std::size_t i = 0; i < doses.size(); ++i)
    steps.push_back({doses[i].seconds, shape.survivors[i]});
  return decline_of(steps);
}

Decline decline_of_later_half(const Shape& shape, const UnitFit& unit) {
  std::vector<GrowthStep> steps;
  for (std::size_t i = unit.units.size() / 2; i < unit.units.size(); ++i)
    steps.push_back({unit.units[i], shape.survivors[i]});
  return decline_of(steps);
}

// How many standard deviations fewer were left while idle than growth with
// time alone would have left (square root of the likelihood ratio).
double against_time(const Signs& signs, double watched_seconds) {
  const double all = signs.shape.total + signs.watched;
  const double share =
      signs.idle_seconds / (signs.shape.seconds + watched_seconds);
  const double expected = all * share;
  const double busy = all - signs.idle_seen;
  if (share <= 0 || share >= 1 || signs.idle_seen >= expected) return 0;
  double ratio = busy * std::log(busy / (all - expected));
  if (signs.idle_seen > 0) {
    ratio += signs.idle_seen * std::log(signs.idle_seen / expected);
  }
  return std::sqrt(2 * std::max(0.0, ratio) / signs.decline.dispersion);
}

// Blocks that always come four at a time are a quarter as many events.
double clump_of(const Shape& shape) {
  std::int64_t clump = 0;
  for (const double survivors : shape.survivors)
    clump = std::gcd(clump, std::llround(survivors));
  return static_cast<double>(std::max<std::int64_t>(clump, 1));
}

// A few rings scatter by chance: only what is far from it is taken for clumps.
double most_events_of(const Signs& signs) {
  const double clump = clump_of(signs.shape);
  if (clump > 1 || signs.decline.dispersion < kClumpsForSure)
    return signs.shape.total / clump;
  return signs.events;
}

void look_at_the_end(const Series& series, Signs& signs) {
  double telling = 0;
  for (std::size_t i = signs.unit.units.size(); i > 0; --i) {
    if (signs.unit.units[i - 1] <= 0) continue;
    signs.lately += signs.shape.survivors[i - 1];
    signs.rise_lately += series.levels[i] - series.levels[i - 1];
    telling += 1;
    if (telling >= kQuietRings) break;
  }
}

}  // namespace

Series without_newest(const Series& series, std::size_t measured) {
  const bool has_newest = series.first + series.rings.size() == measured;
  if (!has_newest || series.watch || series.rings.size() < 3) return series;
  Series adult = series;
  adult.residue.objects -= adult.rings.back().objects;
  adult.residue.bytes -= adult.rings.back().bytes;
  adult.rings.pop_back();
  adult.levels.pop_back();
  return adult;
}

Signs signs_of(const Series& series, std::span<const Dose> doses) {
  Signs signs;
  signs.shape = shape_of(series, doses);
  signs.gone = series.replaced + series.died;
  signs.net = signs.shape.total - series.replaced;
  signs.unit = fit_likeliest(doses, signs.shape.survivors);
  for (std::size_t i = 0; i < doses.size(); ++i) {
    if (signs.unit.units[i] <= 0) continue;
    signs.telling += 1;
    if (signs.shape.survivors[i] > 0) signs.telling_with += 1;
  }
  // Where nothing ever goes, what a cycle left is the step. The level knows
  // of what goes, but not in which cycle a watch between two of them was.
  std::vector<double> steps = signs.shape.survivors;
  if (signs.gone > kNoneGone * signs.shape.total) {
    for (std::size_t i = 0; i < doses.size(); ++i)
      steps[i] = series.levels[i + 1] - series.levels[i];
  }
  std::vector<double> seconds;
  for (const Dose& dose : doses) seconds.push_back(dose.seconds);
  signs.no_cause = had_no_cause(signs.shape, doses);
  signs.walk_t = walk_t(steps, signs.unit.units);
  signs.walk_t_ever = walk_t(steps, seconds);
  signs.student_t = student_t(signs.shape, signs.unit);
  if (signs.shape.total > kDismissed) {
    signs.decline = decline_since_warmup(series, signs.shape, signs.unit);
    if (signs.decline.z > kMayRunOut)
      signs.late_decline = decline_of_later_half(signs.shape, signs.unit);
  }
  signs.events = signs.shape.total /
                 std::max(signs.decline.dispersion, clump_of(signs.shape));
  signs.most_events = most_events_of(signs);
  look_at_the_end(series, signs);
  signs.idle_seen = signs.shape.idle_total;
  signs.idle_rings = signs.shape.idle_rings_with;
  for (const Dose& dose : doses)
    if (dose.kind == CycleKind::kIdle) signs.idle_seconds += dose.seconds;
  double watched_seconds = 0;
  if (series.watch && series.watch->last >= series.watch->first) {
    signs.watched = series.watch->last - series.watch->first;
    signs.idle_seen += signs.watched;
    watched_seconds = to_seconds(series.watch->watched);
    signs.idle_seconds += watched_seconds;
  }
  signs.against_time = against_time(signs, watched_seconds);
  if (signs.idle_seen > kDismissed) {
    signs.decline_by_time = decline_over_time(series, signs.shape, doses);
    signs.events_by_time =
        signs.shape.total /
        std::max(signs.decline_by_time.dispersion, clump_of(signs.shape));
  }
  return signs;
}

}  // namespace tidemark
