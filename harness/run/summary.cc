#include "harness/run/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "harness/verdict/sampling.h"

namespace tidemark {
namespace {

constexpr std::size_t kOpenCandidates = 100;
constexpr std::size_t kMostAllocators = 60;
constexpr double kNamedShare = 0.99;
constexpr std::size_t kFewPlaces = 5;
// Of kPrefixFrames: stacks with six innermost frames in common are one place.
constexpr std::size_t kPlacePrefix = 2;
static_assert(kPrefixFrames[kPlacePrefix] == 6);

using Place = std::tuple<MemoryKind, SiteId, Bytes, SiteId>;

Place place_of(const SiteBrief& brief) {
  const SiteId prefix = brief.prefixes.size() > kPlacePrefix
                            ? brief.prefixes[kPlacePrefix]
                            : SiteId{0};
  return {brief.kind, brief.group, brief.size, prefix};
}

// Adds what the snapshot holds, or takes it away.
void add_places(const HeapSnapshot& heap, int sign,
                std::map<Place, OpenSite>& sums) {
  std::map<SiteId, Place> places;
  for (const SiteBrief& brief : heap.sites)
    places.emplace(brief.id, place_of(brief));
  for (const Ring& ring : heap.rings) {
    const auto place = places.find(ring.site);
    if (place == places.end()) continue;
    const auto [sum, fresh] = sums.try_emplace(place->second);
    if (fresh) sum->second.site = ring.site;
    const auto& [kind, group, size, prefix] = place->second;
    const double all = 1 / sample_chance(kind, size, heap.sample_period);
    sum->second.objects +=
        Count{sign * std::llround(double(ring.objects.value) * all)};
    sum->second.bytes +=
        Bytes{sign * std::llround(double(ring.bytes.value) * all)};
  }
}

void sort_largest_first(std::vector<OpenSite>& sites) {
  std::stable_sort(
      sites.begin(), sites.end(),
      [](const OpenSite& a, const OpenSite& b) { return a.bytes > b.bytes; });
}

// Names of helpers in an unnamed namespace, and no parameters.
std::string plain_name(std::string name) {
  constexpr std::string_view kUnnamed = "(anonymous namespace)::";
  for (std::size_t at; (at = name.find(kUnnamed)) != name.npos;)
    name.erase(at, kUnnamed.size());
  return name.substr(0, name.find('('));
}

}  // namespace

std::vector<LastHeld> largest_holders(const HeapSnapshot& heap,
                                      std::size_t at_most) {
  std::map<SiteId, LastHeld> sums;
  for (const Ring& ring : heap.rings) {
    LastHeld& sum = sums[ring.site];
    sum.site = ring.site;
    sum.objects += ring.objects;
    sum.bytes += ring.bytes;
  }
  std::vector<LastHeld> held;
  for (const auto& [site, sum] : sums) held.push_back(sum);
  std::stable_sort(
      held.begin(), held.end(),
      [](const LastHeld& a, const LastHeld& b) { return a.bytes > b.bytes; });
  if (held.size() > at_most) held.resize(at_most);
  return held;
}

std::vector<LastHeld> largest_of(std::vector<LastHeld> all) {
  std::stable_sort(
      all.begin(), all.end(),
      [](const LastHeld& a, const LastHeld& b) { return a.bytes > b.bytes; });
  double sum = 0;
  for (const LastHeld& one : all) sum += static_cast<double>(one.bytes.value);
  double named = 0;
  std::size_t count = 0;
  while (count < std::min(all.size(), kMostAllocators) &&
         named < kNamedShare * sum)
    named += static_cast<double>(all[count++].bytes.value);
  all.resize(count);
  return all;
}

void note_ever_allocated(RunRecord& record, HeapProbe& probe) {
  record.ever_allocated = largest_of(probe.ever_allocated());
  for (const LastHeld& one : record.ever_allocated)
    describe_once(record, one.site, probe);
}

OpenMemory open_memory(const HeapSnapshot& rest, const HeapSnapshot& open,
                       Count connections) {
  OpenMemory memory;
  memory.connections = connections;
  memory.bytes = open.live_bytes - rest.live_bytes + open.mapping_bytes -
                 rest.mapping_bytes;
  std::map<Place, OpenSite> sums;
  add_places(open, 1, sums);
  add_places(rest, -1, sums);
  for (const auto& [place, sum] : sums) {
    if (sum.bytes.value <= 0) continue;
    memory.sites.push_back(sum);
    memory.sites.back().bytes_per_connection =
        static_cast<double>(sum.bytes.value) /
        static_cast<double>(connections.value);
  }
  sort_largest_first(memory.sites);
  if (memory.sites.size() > kOpenCandidates)
    memory.sites.resize(kOpenCandidates);
  return memory;
}

OpenMemory middle_of(std::vector<OpenMemory> memories) {
  const auto middle =
      memories.begin() + static_cast<std::ptrdiff_t>((memories.size() - 1) / 2);
  std::nth_element(memories.begin(), middle, memories.end(),
                   [](const OpenMemory& a, const OpenMemory& b) {
                     return a.bytes < b.bytes;
                   });
  return std::move(*middle);
}

// The ways of an event loop to one line are many, and so are the lengths of
// its strings.
OpenMemory by_place(OpenMemory memory, HeapProbe& probe) {
  std::vector<OpenSite> merged;
  for (OpenSite& site : memory.sites) {
    site.place = site_in_words(probe.describe(site.site));
    const auto same = std::find_if(
        merged.begin(), merged.end(),
        [&](const OpenSite& other) { return other.place == site.place; });
    if (same == merged.end()) {
      merged.push_back(std::move(site));
      continue;
    }
    same->bytes += site.bytes;
    same->objects += site.objects;
    same->bytes_per_connection += site.bytes_per_connection;
  }
  sort_largest_first(merged);
  std::size_t count = std::min(merged.size(), kFewPlaces);
  double named = 0;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    if (i >= count &&
        named < kNamedShare * static_cast<double>(memory.bytes.value))
      ++count;
    named += static_cast<double>(merged[i].bytes.value);
  }
  merged.resize(count);
  memory.sites = std::move(merged);
  return memory;
}

std::string site_in_words(const SiteRecord& site) {
  const auto own =
      std::find_if(site.frames.begin(), site.frames.end(),
                   [](const Frame& frame) { return !frame.library; });
  if (site.frames.empty()) return "an unknown caller";
  const Frame& frame = own == site.frames.end() ? site.frames.front() : *own;
  const std::string& path = frame.file.empty() ? frame.module : frame.file;
  std::string where = path.substr(path.rfind('/') + 1);
  if (!frame.file.empty()) where += fmt::format(":{}", frame.line);
  return fmt::format("{} ({})", plain_name(frame.function), where);
}

void describe_once(RunRecord& record, SiteId site, HeapProbe& probe) {
  for (const SiteRecord& known : record.sites)
    if (known.id == site) return;
  record.sites.push_back(probe.describe(site));
}

}  // namespace tidemark
