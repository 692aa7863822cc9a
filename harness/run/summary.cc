#include "harness/run/summary.h"

#include <algorithm>
#include <map>

namespace tidemark {

void add_counts(LoadCounts& into, const LoadCounts& more) {
  into.attempted += more.attempted;
  into.opened += more.opened;
  into.refused += more.refused;
  into.failed += more.failed;
  into.early_closed += more.early_closed;
  for (const auto& [way, count] : more.closed) into.closed[way] += count;
  into.messages_sent += more.messages_sent;
  into.messages_received += more.messages_received;
  into.reply_errors += more.reply_errors;
  into.close_timeouts += more.close_timeouts;
  for (const auto& [reason, count] : more.reasons)
    into.reasons[reason] += count;
  for (const auto& [way, answers] : more.answers)
    for (const auto& [answer, count] : answers)
      into.answers[way][answer] += count;
}

MemorySplit split_memory(const HeapSnapshot& heap,
                         const std::optional<KernelSample>& kernel,
                         HeapProbe& probe) {
  MemorySplit split;
  split.live_heap = heap.live_bytes;
  split.mappings = heap.mapping_bytes;
  std::map<std::string, Bytes> by_module;
  for (const Ring& ring : heap.rings) {
    auto brief = std::lower_bound(
        heap.sites.begin(), heap.sites.end(), ring.site,
        [](const SiteBrief& b, SiteId id) { return b.id < id; });
    if (brief == heap.sites.end() || brief->id != ring.site ||
        brief->kind != MemoryKind::kMapping)
      continue;
    SiteRecord site = probe.describe(ring.site);
    by_module[site.frames.empty() ? "unknown" : site.frames[0].module] +=
        ring.bytes;
  }
  split.mappings_by_module.assign(by_module.begin(), by_module.end());
  std::stable_sort(
      split.mappings_by_module.begin(), split.mappings_by_module.end(),
      [](const auto& a, const auto& b) { return a.second > b.second; });
  if (kernel) {
    split.private_dirty = kernel->private_dirty;
    Bytes rest = kernel->private_dirty - heap.live_bytes - heap.mapping_bytes;
    split.allocator_held = std::max(rest, Bytes{0});
  }
  return split;
}

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

void describe_once(RunRecord& record, SiteId site, HeapProbe& probe) {
  for (const SiteRecord& known : record.sites)
    if (known.id == site) return;
  record.sites.push_back(probe.describe(site));
}

}  // namespace tidemark
