#include "harness/watch/growth.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace tidemark {
namespace {

// Of the periods but the latest, whose blocks may be in use yet.
constexpr double kNearlyEvery = 0.8;
constexpr std::size_t kFewestPeriods = 6;
// Of kPrefixFrames: stacks with six innermost frames in common are one place.
constexpr std::size_t kPlacePrefix = 2;
static_assert(kPrefixFrames[kPlacePrefix] == 6);

using Place = std::tuple<MemoryKind, SiteId, SiteId>;

struct Growth {
  Bytes more;  // than in the first snapshot
  Bytes bytes;
  Count objects;
  std::map<SiteId, SiteShare> sites;
  std::map<CycleIndex, FindingRing> rings;
};

std::map<SiteId, Place> places_of(const HeapSnapshot& heap) {
  std::map<SiteId, Place> places;
  for (const SiteBrief& brief : heap.sites)
    places.emplace(brief.id, Place{brief.kind, brief.group,
                                   brief.prefixes.size() > kPlacePrefix
                                       ? brief.prefixes[kPlacePrefix]
                                       : SiteId{0}});
  return places;
}

void add(const HeapSnapshot& first, const HeapSnapshot& last,
         std::map<Place, Growth>& growths) {
  std::map<std::pair<SiteId, CycleIndex>, const Ring*> before;
  for (const Ring& ring : first.rings) before[{ring.site, ring.born}] = &ring;
  const std::map<SiteId, Place> places = places_of(last);
  for (const Ring& ring : last.rings) {
    const auto place = places.find(ring.site);
    if (place == places.end()) continue;
    Growth& growth = growths[place->second];
    growth.more += ring.bytes;
    if (ring.born <= first.taken_in) continue;
    const auto old = before.find({ring.site, ring.born});
    const Bytes bytes =
        ring.bytes - (old == before.end() ? Bytes{} : old->second->bytes);
    const Count objects =
        ring.objects - (old == before.end() ? Count{} : old->second->objects);
    if (bytes.value <= 0) continue;
    growth.bytes += bytes;
    growth.objects += objects;
    SiteShare& share = growth.sites[ring.site];
    share.site = ring.site;
    share.bytes += bytes;
    share.objects += objects;
    FindingRing& of_period = growth.rings[ring.born];
    of_period.cycle = ring.born;
    of_period.bytes += bytes;
    of_period.objects += objects;
  }
}

// Zooming gives the blocks of one caller several places: what the callers had
// at first is taken off where there is most.
void take_off(const HeapSnapshot& first, std::map<Place, Growth>& growths) {
  std::map<std::pair<MemoryKind, SiteId>, Bytes> before;
  const std::map<SiteId, Place> places = places_of(first);
  for (const Ring& ring : first.rings) {
    const auto place = places.find(ring.site);
    if (place == places.end()) continue;
    before[{std::get<0>(place->second), std::get<1>(place->second)}] +=
        ring.bytes;
  }
  std::vector<std::pair<const Place*, Growth*>> largest;
  for (auto& [place, growth] : growths) largest.push_back({&place, &growth});
  std::stable_sort(largest.begin(), largest.end(),
                   [](const auto& a, const auto& b) {
                     return a.second->more - a.second->bytes >
                            b.second->more - b.second->bytes;
                   });
  for (auto& [place, growth] : largest) {
    Bytes& had = before[{std::get<0>(*place), std::get<1>(*place)}];
    const Bytes taken = std::min(had, growth->more);
    growth->more -= taken;
    had -= taken;
  }
}

std::string in_words(const GrownPlace& growth, std::size_t with,
                     std::size_t all, bool steady) {
  return fmt::format(
      "{} blocks that were born in {} of {} periods of the watch; {}",
      growth.objects.value, with, all,
      steady ? "something adds to them all the time"
             : "a cache that fills, or what is in use at this moment, looks "
               "like this, too: a longer watch would tell");
}

Finding finding_of(const GrownPlace& growth,
                   const std::vector<CycleFacts>& periods, Duration took) {
  Finding finding;
  const std::size_t all = periods.empty() ? 0 : periods.size() - 1;
  const CycleIndex latest =
      periods.empty() ? CycleIndex{} : periods.back().index;
  const auto with = static_cast<std::size_t>(std::count_if(
      growth.rings.begin(), growth.rings.end(),
      [&latest](const FindingRing& ring) { return ring.cycle < latest; }));
  const bool steady =
      all >= kFewestPeriods &&
      static_cast<double>(with) >= kNearlyEvery * static_cast<double>(all - 1);
  finding.kind = steady ? FindingClass::kTimeGrowth : FindingClass::kUndecided;
  finding.unit = "second";
  const double seconds = std::max(to_seconds(took), 1e-9);
  finding.rate.bytes_per_unit =
      static_cast<double>(growth.more.value) / seconds;
  finding.rate.objects_per_unit =
      static_cast<double>(growth.objects.value) / seconds;
  finding.residue = growth.bytes;
  finding.objects = growth.objects;
  finding.rings = growth.rings;
  FindingMember& member = finding.members.emplace_back();
  member.sites = growth.sites;
  member.residue = growth.bytes;
  member.objects = growth.objects;
  member.bytes_per_unit = finding.rate.bytes_per_unit;
  member.objects_per_unit = finding.rate.objects_per_unit;
  for (const SiteShare& share : member.sites)
    finding.sites.push_back(share.site);
  finding.explanation = in_words(growth, with, all > 0 ? all - 1 : 0, steady);
  return finding;
}

}  // namespace

std::vector<GrownPlace> grown_places(const HeapSnapshot& first,
                                     const HeapSnapshot& last) {
  std::map<Place, Growth> growths;
  add(first, last, growths);
  take_off(first, growths);
  std::vector<GrownPlace> places;
  for (const auto& [place, growth] : growths) {
    if (growth.more.value <= 0 || growth.bytes.value <= 0) continue;
    GrownPlace& grown = places.emplace_back();
    grown.more = growth.more;
    grown.bytes = growth.bytes;
    grown.objects = growth.objects;
    for (const auto& [id, share] : growth.sites) grown.sites.push_back(share);
    std::stable_sort(grown.sites.begin(), grown.sites.end(),
                     [](const SiteShare& a, const SiteShare& b) {
                       return a.bytes > b.bytes;
                     });
    for (const auto& [born, ring] : growth.rings) grown.rings.push_back(ring);
  }
  std::stable_sort(
      places.begin(), places.end(),
      [](const GrownPlace& a, const GrownPlace& b) { return a.more > b.more; });
  return places;
}

std::vector<Finding> watched_growth(const HeapSnapshot& first,
                                    const HeapSnapshot& last,
                                    const std::vector<CycleFacts>& periods,
                                    Duration took) {
  std::vector<Finding> findings;
  for (const GrownPlace& growth : grown_places(first, last)) {
    if (findings.size() == kGrowthsShown) break;
    findings.push_back(finding_of(growth, periods, took));
  }
  return findings;
}

}  // namespace tidemark
