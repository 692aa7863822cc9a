#include "harness/verdict/retained.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/verdict/phrases.h"

namespace tidemark {
namespace {

constexpr std::int64_t kLeast = 8 * 1024 * 1024;
constexpr double kShare = 0.2;
constexpr std::size_t kNamed = 3;
// Sites that pin less than this of all that is pinned are not named.
constexpr std::int64_t kTenth = 10;

const MemoryAccount* last_of(const Evidence& evidence, const char* moment) {
  const MemoryAccount* found = nullptr;
  for (const MemoryAccount& account : evidence.memory)
    if (account.moment == moment) found = &account;
  return found;
}

// Callers whose blocks a finding says to grow. A site and its zoomed parts
// have their caller in common.
class Growth {
 public:
  Growth(const Evidence& evidence, std::span<const Finding> findings)
      : evidence_(evidence) {
    for (const Finding& finding : findings) {
      const bool grows = finding.kind == FindingClass::kLeak ||
                         finding.kind == FindingClass::kTimeGrowth ||
                         finding.kind == FindingClass::kUndecided;
      if (!grows) continue;
      for (SiteId site : finding.sites) callers_.insert(caller_of(site));
    }
  }

  bool has(SiteId site) const { return callers_.contains(caller_of(site)); }

 private:
  SiteId caller_of(SiteId site) const {
    for (const SiteEvidence& known : evidence_.sites)
      if (known.site == site) return known.group;
    return site;
  }

  const Evidence& evidence_;
  std::set<SiteId> callers_;
};

Bytes at_least_none(Bytes bytes) { return std::max(bytes, Bytes{0}); }

std::string say(Bytes bytes) {
  return say_bytes(static_cast<double>(bytes.value));
}

std::string say(Count count, const char* thing) {
  return say_count(static_cast<double>(count.value), thing);
}

}  // namespace

std::vector<Finding> retained_findings(const Evidence& evidence,
                                       std::span<const Finding> growing) {
  const MemoryAccount* end = last_of(evidence, "settled");
  if (!end || evidence.memory.empty()) return {};
  const MemoryAccount& start = evidence.memory.front();
  const Growth growth(evidence, growing);
  Bytes pinned = end->pinned;
  std::vector<AccountSite> holders;
  for (const AccountSite& site : end->pinning_sites) {
    if (growth.has(site.site))
      pinned -= site.pinned;
    else
      holders.push_back(site);
  }
  const Bytes kept = at_least_none(pinned - start.pinned) +
                     at_least_none(end->free - start.free);
  if (kept.value < kLeast || static_cast<double>(kept.value) <=
                                 kShare * static_cast<double>(end->pss.value))
    return {};
  Finding finding;
  finding.kind = FindingClass::kAllocatorRetained;
  finding.unit = "page";
  finding.residue = kept;
  finding.explanation = fmt::format(
      "the allocator keeps {} that nobody uses, {} more than at the start: {} "
      "with {} of live blocks hold {} of free memory, and {} are in pages "
      "without a live block",
      say(end->pinned + end->free), say(kept), say(end->pinned_pages, "page"),
      say(end->live), say(end->pinned), say(end->free));
  for (const AccountSite& holder : holders) {
    if (finding.sites.size() == kNamed) break;
    if (holder.pinned.value * kTenth < pinned.value) break;
    finding.sites.push_back(holder.site);
  }
  if (!finding.sites.empty()) {
    const AccountSite& most = holders.front();
    finding.objects = most.blocks;
    finding.explanation += fmt::format(
        "; the {} of the site named pin {} with {}", say(most.blocks, "object"),
        say(most.pages, "page"), say(most.bytes));
  }
  return {finding};
}

}  // namespace tidemark
