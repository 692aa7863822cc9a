#include "harness/run/evidence.h"

#include <algorithm>
#include <set>

namespace tidemark {
namespace {

// A few blocks that come and go with every cycle are some cache's; the
// verdict needs no wait for them.
constexpr std::int64_t kWorthWaiting = 4;
// Objects per connection in the newest ring, and how many times those of the
// oldest: some of what the others had went away in time.
constexpr double kManyOfNewest = 0.1;
constexpr double kThinned = 2;

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

void EvidenceBuilder::note_zoom(const std::vector<SiteId>& sites) {
  if (!last_) return;
  const CycleIndex next{cycles_.empty() ? 1 : cycles_.back().index.value + 1};
  const std::set<SiteId> wanted(sites.begin(), sites.end());
  for (const SiteBrief& brief : last_->sites)
    if (wanted.contains(brief.id))
      zoomed_since_.try_emplace({brief.group, brief.size}, next);
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
      site.by_level = brief.by_level;
      if (!brief.zoomed) continue;
      const auto since = zoomed_since_.find({brief.group, brief.size});
      if (since != zoomed_since_.end()) site.known_since = since->second;
    }
  }
  for (const Ring& ring : heap.rings) {
    SiteEvidence& site = sites_[ring.site];
    if (ring.born.value > 0) moving_.insert(site.group);
    site.readings.push_back({after, ring.born, ring.objects, ring.bytes});
  }
}

void EvidenceBuilder::add_linger(Duration waited, const HeapSnapshot& heap) {
  std::map<SiteId, LingerReading> sums;
  for (auto& [id, site] : sites_) {
    site.watched.clear();
    if (moving_.contains(site.group)) sums[id] = {waited, id, {}, {}};
  }
  for (const Ring& ring : heap.rings) {
    if (ring.born <= baseline_) continue;
    LingerReading& sum = sums[ring.site];
    sum.waited = waited;
    sum.site = ring.site;
    sum.objects += ring.objects;
    sum.bytes += ring.bytes;
    sites_[ring.site].watched.push_back(
        {cycles_.back().index, ring.born, ring.objects, ring.bytes});
  }
  for (const auto& [id, reading] : sums) linger_.push_back(reading);
}

void EvidenceBuilder::forget_linger() {
  linger_.clear();
  for (auto& [id, site] : sites_) site.watched.clear();
}

bool EvidenceBuilder::may_be_lingering(const HeapSnapshot& heap) const {
  CycleIndex oldest{};
  CycleIndex newest{};
  double newest_dose = 0;
  double oldest_dose = 0;
  for (const CycleFacts& cycle : cycles_) {
    if (cycle.index <= baseline_ || cycle.load.opened.value <= 0) continue;
    newest = cycle.index;
    newest_dose = static_cast<double>(cycle.load.opened.value);
    if (oldest.value > 0) continue;
    oldest = newest;
    oldest_dose = newest_dose;
  }
  // By group: the stacks of one call are one suspect, and each of them need
  // not be taken in every cycle.
  std::map<SiteId, SiteId> group;
  for (const SiteBrief& brief : heap.sites) group[brief.id] = brief.group;
  std::map<SiteId, std::int64_t> in_oldest;
  std::map<SiteId, std::int64_t> in_newest;
  std::map<SiteId, std::int64_t> young;
  for (const Ring& ring : heap.rings) {
    if (ring.born <= baseline_) continue;
    if (ring.born <= oldest)
      in_oldest[group[ring.site]] += ring.objects.value;
    else
      young[group[ring.site]] += ring.objects.value;
    if (ring.born >= newest) in_newest[group[ring.site]] += ring.objects.value;
  }
  return std::any_of(young.begin(), young.end(), [&](const auto& entry) {
    const auto& [place, objects] = entry;
    if (objects <= kWorthWaiting) return false;
    const auto old = in_oldest.find(place);
    if (old == in_oldest.end()) return true;
    const double rate = static_cast<double>(in_newest[place]) / newest_dose;
    const double old_rate = static_cast<double>(old->second) / oldest_dose;
    return rate > kManyOfNewest && rate > kThinned * old_rate;
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
  // A caller whose blocks are all from before the first cycle is the service's
  // own; of the others the old blocks count, too: a cache that was filled at
  // start-up gives them up for new ones.
  for (const auto& [id, site] : sites_)
    if (!site.readings.empty() && moving_.contains(site.group))
      evidence.sites.push_back(site);
  evidence.linger = linger_;
  evidence.kernel = kernel;
  evidence.has_heap = has_heap;
  if (last_) evidence.sample_period = last_->sample_period;
  evidence.peak_bytes_per_connection = peak;
  return evidence;
}

}  // namespace tidemark
