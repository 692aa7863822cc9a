#include "harness/verdict/bursts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/verdict/phrases.h"

namespace tidemark {
namespace {

constexpr std::size_t kEnoughLoaded = 20;
constexpr std::size_t kLoadedPerBurst = 8;
constexpr std::size_t kQuietAtTheEnd = 4;

bool is_of_library(const Draft& draft,
                   const std::map<SiteId, SiteCallers>& callers) {
  const std::vector<SiteId>& sites = draft.finding.sites;
  return !sites.empty() &&
         std::all_of(sites.begin(), sites.end(), [&](SiteId site) {
           const auto found = callers.find(site);
           return found != callers.end() &&
                  found->second.naming >= Naming::kLibraryClass;
         });
}

bool grows(const Draft& draft) {
  return draft.finding.kind == FindingClass::kLeak ||
         draft.finding.kind == FindingClass::kTimeGrowth ||
         draft.finding.kind == FindingClass::kUndecided;
}

std::set<CycleIndex> cycles_with_some(const Finding& finding) {
  std::set<CycleIndex> cycles;
  for (const FindingRing& ring : finding.rings)
    if (ring.objects.value > 0) cycles.insert(ring.cycle);
  return cycles;
}

bool comes_in_bursts(const Finding& finding,
                     const std::set<CycleIndex>& bursts) {
  std::vector<CycleIndex> loaded;
  for (const FindingRing& ring : finding.rings)
    if (ring.connections.value > 0) loaded.push_back(ring.cycle);
  return loaded.size() >= kEnoughLoaded &&
         bursts.size() * kLoadedPerBurst <= loaded.size() &&
         (bursts.empty() ||
          *bursts.rbegin() < loaded[loaded.size() - kQuietAtTheEnd]);
}

}  // namespace

void excuse_bursts(std::vector<Draft>& drafts,
                   const std::map<SiteId, SiteCallers>& callers) {
  std::set<CycleIndex> suspicious;  // in which something of the service's grew
  for (const Draft& draft : drafts)
    if (grows(draft) && !is_of_library(draft, callers))
      suspicious.merge(cycles_with_some(draft.finding));
  for (Draft& draft : drafts) {
    Finding& finding = draft.finding;
    if (finding.kind != FindingClass::kUndecided ||
        !is_of_library(draft, callers))
      continue;
    const std::set<CycleIndex> bursts = cycles_with_some(finding);
    const bool with_the_services = std::any_of(
        bursts.begin(), bursts.end(),
        [&](CycleIndex cycle) { return suspicious.contains(cycle); });
    if (with_the_services || !comes_in_bursts(finding, bursts)) continue;
    finding.kind = FindingClass::kBounded;
    finding.rate = {};
    finding.explanation = fmt::format(
        "{} of a library's class came in {} of {} and in none of the last: "
        "what is made once, when code first runs or is compiled",
        say_count(static_cast<double>(finding.objects.value), "object"),
        say_number(static_cast<double>(bursts.size())),
        say_count(static_cast<double>(finding.rings.size()), "cycle"));
  }
}

}  // namespace tidemark
