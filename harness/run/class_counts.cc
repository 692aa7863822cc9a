#include "harness/run/class_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "harness/verdict/phrases.h"

namespace tidemark {
namespace {

constexpr std::size_t kMostTold = 5;

const Frame* class_of(std::span<const SiteRecord> sites, SiteId id) {
  const auto site =
      std::find_if(sites.begin(), sites.end(),
                   [id](const SiteRecord& record) { return record.id == id; });
  if (site == sites.end() || site->kind != MemoryKind::kClass) return nullptr;
  return site->frames.empty() ? nullptr : &site->frames.front();
}

std::string say_number_of(const std::map<SiteId, Count>& counts, SiteId site) {
  const auto found = counts.find(site);
  return say_number(
      found == counts.end() ? 0 : static_cast<double>(found->second.value));
}

}  // namespace

std::map<SiteId, Count> count_classes(const HeapSnapshot& heap) {
  std::set<SiteId> classes;
  for (const SiteBrief& brief : heap.sites)
    if (brief.kind == MemoryKind::kClass) classes.insert(brief.id);
  std::map<SiteId, Count> counts;
  for (const Ring& ring : heap.rings)
    if (classes.contains(ring.site)) counts[ring.site] += ring.objects;
  return counts;
}

void tell_class_counts(std::vector<Finding>& findings,
                       const std::map<SiteId, Count>& before,
                       const std::map<SiteId, Count>& after,
                       std::span<const SiteRecord> sites) {
  for (Finding& finding : findings) {
    const bool grows = finding.kind == FindingClass::kLeak ||
                       finding.kind == FindingClass::kTimeGrowth ||
                       finding.kind == FindingClass::kUndecided;
    if (!grows || finding.unit == kOpenConnection) continue;
    std::string counts;
    std::size_t told = 0;
    for (const FindingMember& member : finding.members) {
      if (member.sites.empty() || told == kMostTold) continue;
      const SiteId site = member.sites.front().site;
      const Frame* frame = class_of(sites, site);
      if (frame == nullptr) continue;
      ++told;
      counts += fmt::format("{}{} {} → {}", counts.empty() ? "" : ", ",
                            frame->function, say_number_of(before, site),
                            say_number_of(after, site));
    }
    if (!counts.empty())
      finding.explanation += fmt::format("; {} objects", counts);
  }
}

}  // namespace tidemark
