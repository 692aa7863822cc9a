#include "harness/verdict/shape.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "harness/verdict/phrases.h"

namespace tidemark {
namespace {

// Innocent findings smaller than both are not worth a line.
constexpr std::int64_t kWorthSayingObjects = 10;
constexpr std::int64_t kWorthSayingBytes = 4096;

}  // namespace

Shape shape_of(const Series& series, std::span<const Dose> doses) {
  Shape shape;
  for (std::size_t i = 0; i < series.rings.size(); ++i) {
    const double y = static_cast<double>(series.rings[i].objects.value);
    shape.survivors.push_back(y);
    shape.total += y;
    shape.connections += doses[i].connections;
    shape.seconds += doses[i].seconds;
    if (y > 0) shape.rings_with += 1;
    if (doses[i].kind == CycleKind::kIdle) {
      shape.idle_rings += 1;
      shape.idle_total += y;
      if (y > 0) shape.idle_rings_with += 1;
    } else {
      shape.loaded_rings += 1;
      if (y > 0) shape.loaded_rings_with += 1;
    }
  }
  return shape;
}

std::span<const Dose> window_of(const Series& series,
                                std::span<const Dose> doses) {
  return doses.subspan(series.first, series.rings.size());
}

Draft draft_of(const Series& series, std::span<const Dose> doses,
               FindingClass kind, std::string unit) {
  Draft draft;
  Finding& finding = draft.finding;
  finding.kind = kind;
  finding.unit = std::move(unit);
  finding.sites = series.sites;
  finding.residue = series.residue.bytes;
  finding.objects = series.residue.objects;
  for (std::size_t i = 0; i < series.rings.size(); ++i) {
    finding.rings.push_back({doses[i].cycle,
                             Count{std::llround(doses[i].connections)},
                             series.rings[i].bytes, series.rings[i].objects});
  }
  draft.group = series.group;
  draft.sizes.assign(1, series.size);
  draft.zoomed = series.zoomed;
  return draft;
}

double mean_size(const Series& series) {
  if (series.residue.objects.value == 0) return 0;
  return static_cast<double>(series.residue.bytes.value) /
         static_cast<double>(series.residue.objects.value);
}

std::string say_blocks(double count, const Series& series) {
  // Stacks of threads are not blocks of one size, nor are objects of a class.
  if (series.kind == MemoryKind::kThread) return say_count(count, "thread");
  if (series.kind == MemoryKind::kClass)
    return fmt::format("{} of {} on average", say_count(count, "object"),
                       say_bytes(mean_size(series)));
  if (series.one_size) {
    return fmt::format("{} of {}", say_count(count, "block"),
                       say_bytes(static_cast<double>(series.size.value)));
  }
  return fmt::format("{} of {} on average", say_count(count, "block"),
                     say_bytes(mean_size(series)));
}

bool worth_saying(const Series& series) {
  return series.residue.objects.value >= kWorthSayingObjects ||
         series.residue.bytes.value >= kWorthSayingBytes;
}

}  // namespace tidemark
