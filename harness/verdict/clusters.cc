#include "harness/verdict/clusters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "harness/verdict/phrases.h"
#include "harness/verdict/units.h"

namespace tidemark {
namespace {

constexpr double kTogether = 0.99;

bool grows(const Draft& draft) {
  return draft.finding.kind == FindingClass::kLeak ||
         draft.finding.kind == FindingClass::kTimeGrowth ||
         draft.finding.kind == FindingClass::kUndecided;
}

bool share_a_cycle(const Finding& a, const Finding& b) {
  if (a.rings.empty() || b.rings.empty()) return false;
  return a.rings.front().cycle <= b.rings.back().cycle &&
         b.rings.front().cycle <= a.rings.back().cycle;
}

bool share_a_size(const Draft& a, const Draft& b) {
  return std::any_of(a.sizes.begin(), a.sizes.end(), [&](Bytes size) {
    return std::find(b.sizes.begin(), b.sizes.end(), size) != b.sizes.end();
  });
}

// One of them is the same caller and size before it was zoomed.
bool continues(const Draft& a, const Draft& b) {
  return a.group == b.group && a.zoomed != b.zoomed && share_a_size(a, b) &&
         !share_a_cycle(a.finding, b.finding);
}

void add_rings(Finding& into, const Finding& from) {
  std::map<CycleIndex, FindingRing> rings;
  for (const FindingRing& ring : into.rings) rings[ring.cycle] = ring;
  for (const FindingRing& ring : from.rings) {
    const auto [place, added] = rings.try_emplace(ring.cycle, ring);
    if (added) continue;
    place->second.bytes += ring.bytes;
    place->second.objects += ring.objects;
  }
  into.rings.clear();
  for (const auto& [_, ring] : rings) into.rings.push_back(ring);
}

void add_rate(Rate& into, const Rate& from) {
  into.bytes_per_connection += from.bytes_per_connection;
  into.objects_per_connection += from.objects_per_connection;
  into.bytes_per_unit += from.bytes_per_unit;
  into.objects_per_unit += from.objects_per_unit;
  into.bytes_per_connection_low += from.bytes_per_connection_low;
  into.bytes_per_connection_high += from.bytes_per_connection_high;
  into.exact = into.exact && from.exact;
}

bool belong_together(const Draft& a, const Draft& b) {
  return a.finding.kind == b.finding.kind && a.finding.unit == b.finding.unit &&
         grows(a) &&
         (continues(a, b) ||
          ring_correlation(a.finding, b.finding) >= kTogether);
}

// REQUIRES: `into` holds at least as many bytes as `from`.
void merge(Draft& into, const Draft& from) {
  const bool same_growth = continues(into, from);
  add_rings(into.finding, from.finding);
  into.finding.sites.insert(into.finding.sites.end(),
                            from.finding.sites.begin(),
                            from.finding.sites.end());
  into.finding.residue += from.finding.residue;
  into.finding.objects += from.finding.objects;
  into.sizes.insert(into.sizes.end(), from.sizes.begin(), from.sizes.end());
  into.confidence = std::max(into.confidence, from.confidence);
  if (same_growth) {
    // The zoomed entry has the stack: it names the finding.
    if (from.zoomed) {
      std::rotate(into.finding.sites.begin(),
                  into.finding.sites.end() -
                      static_cast<std::ptrdiff_t>(from.finding.sites.size()),
                  into.finding.sites.end());
      into.zoomed = true;
    }
    return;
  }
  add_rate(into.finding.rate, from.finding.rate);
  into.zoomed = into.zoomed && from.zoomed;
  into.objects_per_unit.insert(into.objects_per_unit.end(),
                               from.objects_per_unit.begin(),
                               from.objects_per_unit.end());
}

void say_what_is_with_it(Draft& draft, std::size_t own_sites) {
  const std::size_t more = draft.finding.sites.size() - own_sites;
  if (more == 0) return;
  draft.finding.explanation += fmt::format(
      "; {} with it, {} per {} in all",
      more == 1 ? std::string("1 more site grows")
                : fmt::format("{} more sites grow", more),
      say_bytes(draft.finding.rate.bytes_per_unit), draft.finding.unit);
}

// With two messages per connection, two blocks per connection from one stack
// are per message rather than not, unless something else of the same leak is
// there once.
void name_messages(Draft& draft, std::span<const Dose> doses) {
  Finding& finding = draft.finding;
  if (finding.unit != "connection" || !finding.rate.exact || !draft.zoomed) {
    return;
  }
  const std::optional<int> messages = messages_per_connection(doses);
  if (!messages || *messages != 2) return;
  for (double each : draft.objects_per_unit) {
    if (each != 2) return;
  }
  finding.unit = "message";
  finding.rate.bytes_per_unit /= 2;
  finding.rate.objects_per_unit /= 2;
  finding.explanation +=
      "; as many as its messages, so probably one per message";
}

}  // namespace

double ring_correlation(const Finding& a, const Finding& b) {
  std::vector<std::pair<double, double>> both;
  for (const FindingRing& ring : a.rings) {
    const auto other = std::find_if(
        b.rings.begin(), b.rings.end(),
        [&](const FindingRing& r) { return r.cycle == ring.cycle; });
    if (other == b.rings.end()) continue;
    both.emplace_back(static_cast<double>(ring.objects.value),
                      static_cast<double>(other->objects.value));
  }
  if (both.size() < 3) return 0;
  const double n = static_cast<double>(both.size());
  double mean_x = 0;
  double mean_y = 0;
  for (const auto& [x, y] : both) {
    mean_x += x / n;
    mean_y += y / n;
  }
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (const auto& [x, y] : both) {
    xx += (x - mean_x) * (x - mean_x);
    yy += (y - mean_y) * (y - mean_y);
    xy += (x - mean_x) * (y - mean_y);
  }
  if (xx <= 0 || yy <= 0) return 0;
  return xy / std::sqrt(xx * yy);
}

std::vector<Draft> merge_covarying(std::vector<Draft> drafts,
                                   std::span<const Dose> doses) {
  std::stable_sort(drafts.begin(), drafts.end(),
                   [](const Draft& a, const Draft& b) {
                     return a.finding.residue > b.finding.residue;
                   });
  std::vector<Draft> merged;
  std::vector<std::size_t> own_sites;
  for (Draft& draft : drafts) {
    const auto home = std::find_if(
        merged.begin(), merged.end(),
        [&](const Draft& other) { return belong_together(other, draft); });
    if (home != merged.end()) {
      merge(*home, draft);
      continue;
    }
    own_sites.push_back(draft.finding.sites.size());
    merged.push_back(std::move(draft));
  }
  for (std::size_t i = 0; i < merged.size(); ++i) {
    say_what_is_with_it(merged[i], own_sites[i]);
    name_messages(merged[i], doses);
  }
  return merged;
}

}  // namespace tidemark
