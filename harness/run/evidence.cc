#include "harness/run/evidence.h"

#include <algorithm>
#include <set>

namespace tidemark {
namespace {

// A few blocks that come and go with every cycle are some cache's; the
// verdict needs no wait for them.
constexpr std::int64_t kWorthWaiting = 4;

}  // namespace

void EvidenceBuilder::add_cycle(const CycleFacts& facts,
                                const HeapSnapshot* heap) {
  cycles_.push_back(facts);
  if (!heap) return;
  last_ = *heap;
  if (!has_baseline_) {
    warmup_.push_back(heap->rings);
    return;
  }
  add_readings(facts.index, *heap);
}

void EvidenceBuilder::set_baseline() {
  has_baseline_ = true;
  baseline_ = cycles_.back().index;
  if (last_) add_readings(baseline_, *last_);
}

void EvidenceBuilder::note_zoom() {
  zoomed_from_ = {cycles_.empty() ? 1 : cycles_.back().index.value + 1};
}

void EvidenceBuilder::add_readings(CycleIndex after, const HeapSnapshot& heap) {
  for (const SiteBrief& brief : heap.sites) {
    SiteEvidence& site = sites_[brief.id];
    if (site.readings.empty()) {
      site.site = brief.id;
      site.kind = brief.kind;
      site.size = brief.size;
      site.zoomed = brief.zoomed;
      site.group = brief.group;
      site.stack = brief.stack;
      site.prefixes = brief.prefixes;
      site.known_since = brief.zoomed ? zoomed_from_ : CycleIndex{0};
    }
  }
  // A site whose blocks are all from before the first cycle is the service's
  // own; of the others the old blocks count, too: a cache that was filled at
  // start-up gives them up for new ones.
  std::set<SiteId> moving;
  for (const Ring& ring : heap.rings)
    if (ring.born.value > 0) moving.insert(ring.site);
  for (const Ring& ring : heap.rings)
    if (moving.contains(ring.site) || !sites_[ring.site].readings.empty())
      sites_[ring.site].readings.push_back(
          {after, ring.born, ring.objects, ring.bytes});
}

void EvidenceBuilder::add_linger(Duration waited, const HeapSnapshot& heap) {
  std::map<SiteId, LingerReading> sums;
  for (const auto& [id, site] : sites_) sums[id] = {waited, id, {}, {}};
  for (const Ring& ring : heap.rings) {
    if (ring.born <= baseline_) continue;
    LingerReading& sum = sums[ring.site];
    sum.waited = waited;
    sum.site = ring.site;
    sum.objects += ring.objects;
    sum.bytes += ring.bytes;
  }
  for (const auto& [id, reading] : sums) linger_.push_back(reading);
}

bool EvidenceBuilder::may_be_lingering(const HeapSnapshot& heap) const {
  CycleIndex oldest{};
  for (const CycleFacts& cycle : cycles_)
    if (cycle.index > baseline_ && cycle.load.opened.value > 0) {
      oldest = cycle.index;
      break;
    }
  // By group: the stacks of one call are one suspect, and each of them need
  // not be taken in every cycle.
  std::map<SiteId, SiteId> group;
  for (const SiteBrief& brief : heap.sites) group[brief.id] = brief.group;
  std::set<SiteId> in_oldest;
  std::map<SiteId, std::int64_t> young;
  for (const Ring& ring : heap.rings) {
    if (ring.born <= baseline_) continue;
    if (ring.born <= oldest)
      in_oldest.insert(group[ring.site]);
    else
      young[group[ring.site]] += ring.objects.value;
  }
  return std::any_of(young.begin(), young.end(), [&](const auto& entry) {
    return entry.second > kWorthWaiting && !in_oldest.contains(entry.first);
  });
}

Evidence EvidenceBuilder::finish(const Expectations& expect,
                                 const std::vector<KernelSample>& kernel,
                                 bool has_heap,
                                 std::optional<double> peak) const {
  Evidence evidence;
  evidence.expect = expect;
  evidence.baseline = baseline_;
  evidence.cycles = cycles_;
  for (const auto& [id, site] : sites_)
    if (!site.readings.empty()) evidence.sites.push_back(site);
  evidence.linger = linger_;
  evidence.kernel = kernel;
  evidence.has_heap = has_heap;
  evidence.peak_bytes_per_connection = peak;
  return evidence;
}

}  // namespace tidemark
