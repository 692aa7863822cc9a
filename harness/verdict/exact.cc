#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/verdict/classify.h"
#include "harness/verdict/limit.h"
#include "harness/verdict/phrases.h"
#include "harness/verdict/shape.h"
#include "harness/verdict/units.h"

namespace tidemark {
namespace {

// So much of a site's survivors must be growth rather than replacement.
constexpr double kNetForExact = 0.9;
constexpr double kReleasedShare = 0.02;  // may remain of what lingers

bool was_released(const Series& series) {
  if (!series.watch) return false;
  const double total = static_cast<double>(series.residue.objects.value);
  return series.watch->last <= kReleasedShare * total;
}

Draft lingering(const Series& series, std::span<const Dose> doses) {
  Draft draft = draft_of(series, doses, FindingClass::kLingering, "connection");
  const Duration gone = series.watch->gone.value_or(Duration{});
  draft.finding.linger = gone;
  draft.finding.half_life = series.watch->half_life;
  draft.finding.explanation = fmt::format(
      "{} were still there after the last cycle and were released by "
      "themselves: {} after it was drained {}",
      say_blocks(static_cast<double>(series.residue.objects.value), series),
      say_seconds(gone),
      series.watch->last == 0
          ? "none was left"
          : say_count(series.watch->last, "block") + " was all that was left");
  if (draft.finding.half_life) {
    draft.finding.explanation +=
        ", half of them after " + say_seconds(*draft.finding.half_life);
  }
  return draft;
}

// The rings as they are after the linger watch: when part of the newest
// rings was released, whole numbers found in the older ones must also
// account for what was left.
std::optional<UnitFit> fit_older_rings(std::span<const Dose> doses,
                                       const Shape& shape, const Watch& watch) {
  for (std::size_t newest = shape.survivors.size() - 1;
       newest >= shape.survivors.size() / 2 && newest >= 2; --newest) {
    const std::span<const double> older(shape.survivors.data(), newest);
    std::optional<UnitFit> fit = fit_exactly(doses.first(newest), older);
    if (!fit || fit->unit != "connection" || !fit->every_ring ||
        !fit->detail.empty()) {
      continue;
    }
    if (fit->per_unit * shape.connections != watch.last) continue;
    for (std::size_t i = newest; i < doses.size(); ++i) {
      fit->units.push_back(doses[i].connections);
      fit->predicted.push_back(fit->per_unit * doses[i].connections);
    }
    return fit;
  }
  return std::nullopt;
}

std::string exact_sentence(const Series& series, const Shape& shape,
                           const UnitFit& fit) {
  std::string per = fit.unit;
  if (fit.unit == "cycle") per = "cycle, " + fit.detail;
  std::string text;
  if (fit.every_ring) {
    text = fmt::format("every one of {} left exactly ",
                       say_count(shape.loaded_rings, "loaded cycle"));
  } else {
    text = fmt::format("{} of {} left exactly ", fit.agreeing,
                       say_count(shape.loaded_rings, "loaded cycle"));
  }
  if (!fit.detail.empty() && fit.unit == "connection") {
    text += fmt::format(
        "{} ({})", fit.detail,
        series.one_size
            ? say_bytes(static_cast<double>(series.size.value)) + " each"
            : "of various sizes");
  } else {
    text += fmt::format("{} per {}", say_blocks(fit.per_unit, series), per);
  }
  if (!fit.every_ring) text += ", the others a few more or less";
  for (const std::string& rival : fit.rivals) text += " or " + rival;
  if (shape.idle_rings > 0 && shape.idle_total == 0) {
    text += "; idle cycles left none";
  }
  return text;
}

void set_exact_rate(Draft& draft, const Series& series, const Shape& shape,
                    const UnitFit& fit) {
  Rate& rate = draft.finding.rate;
  const double kept =
      std::accumulate(fit.predicted.begin(), fit.predicted.end(), 0.0);
  const double units = std::accumulate(fit.units.begin(), fit.units.end(), 0.0);
  const double size = mean_size(series);
  rate.objects_per_connection = kept / shape.connections;
  rate.bytes_per_connection = kept * size / shape.connections;
  rate.objects_per_unit = kept / units;
  rate.bytes_per_unit = kept * size / units;
  rate.exact = fit.every_ring && series.one_size;
  rate.bytes_per_connection_low = rate.bytes_per_connection;
  rate.bytes_per_connection_high = rate.bytes_per_connection;
  if (!fit.every_ring) {
    rate.bytes_per_connection_high =
        std::max(kept, shape.total) * size / shape.connections;
  }
  draft.objects_per_unit.assign(1, rate.objects_per_unit);
}

Draft leak_of(const Series& series, std::span<const Dose> doses,
              const Shape& shape, const UnitFit& fit) {
  Draft draft = draft_of(series, doses, FindingClass::kLeak, fit.unit);
  draft.finding.rivals = fit.rivals;
  set_exact_rate(draft, series, shape, fit);
  draft.finding.explanation = exact_sentence(series, shape, fit);
  draft.confidence = 1e9;
  return draft;
}

// The same caller and size before its zoom, or after it.
bool has_other_half(const Draft& draft, const Series& series) {
  return draft.group == series.group && draft.zoomed != series.zoomed &&
         draft.finding.kind == FindingClass::kLeak &&
         draft.finding.rate.exact &&
         std::find(draft.sizes.begin(), draft.sizes.end(), series.size) !=
             draft.sizes.end();
}

}  // namespace

std::optional<Draft> classify_exactly(const Series& series,
                                      std::span<const Dose> all_doses) {
  const std::span<const Dose> doses = window_of(series, all_doses);
  if (was_released(series)) {
    if (!worth_saying(series)) return std::nullopt;
    return lingering(series, doses);
  }
  const Shape shape = shape_of(series, doses);
  const double old_enough =
      std::max<double>(kDismissed, (1 - kNetForExact) * shape.total);
  if (series.replaced > old_enough || shape.connections <= 0) {
    return std::nullopt;
  }
  if (shape.total - series.replaced <= kDismissed) return std::nullopt;
  std::optional<UnitFit> fit;
  std::string afterwards;
  if (series.watch && series.watch->last < shape.total - kDismissed) {
    fit = fit_older_rings(doses, shape, *series.watch);
    afterwards = fmt::format(
        "; as many more went away within {}",
        say_seconds(series.watch->gone.value_or(series.watch->watched)));
  } else {
    fit = fit_exactly(doses, shape.survivors);
  }
  if (!fit) return std::nullopt;
  Draft draft = leak_of(series, doses, shape, *fit);
  draft.finding.explanation += afterwards;
  return draft;
}

std::optional<Draft> classify_other_half(const Series& series,
                                         std::span<const Dose> all_doses,
                                         std::span<const Draft> known) {
  const std::span<const Dose> doses = window_of(series, all_doses);
  const Shape shape = shape_of(series, doses);
  for (const Draft& draft : known) {
    if (!has_other_half(draft, series) || shape.connections <= 0) continue;
    const Finding& finding = draft.finding;
    if (auto fit = fit_known(finding.unit, finding.rate.objects_per_unit, doses,
                             shape.survivors))
      return leak_of(series, doses, shape, *fit);
  }
  return std::nullopt;
}

}  // namespace tidemark
