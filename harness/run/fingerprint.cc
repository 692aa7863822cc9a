#include "harness/run/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "harness/run/callers.h"

namespace tidemark {
namespace {

std::string hashed(const std::vector<std::string>& parts) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](unsigned char byte) {
    hash = (hash ^ byte) * 0x100000001b3;
  };
  for (const std::string& part : parts) {
    for (char c : part) add(static_cast<unsigned char>(c));
    add('\n');  // no name has one
  }
  return fmt::format("{:016x}", hash);
}

const SiteRecord* find(std::span<const SiteRecord> sites, SiteId id) {
  const auto found =
      std::find_if(sites.begin(), sites.end(),
                   [id](const SiteRecord& site) { return site.id == id; });
  return found == sites.end() ? nullptr : &*found;
}

// Of the place named: what its sites have in common, innermost first.
std::vector<std::string> common_callers(const Finding& finding,
                                        std::span<const SiteRecord> sites) {
  std::vector<std::string> common;
  bool first = true;
  const auto take = [&](SiteId id) {
    const SiteRecord* site = find(sites, id);
    if (site == nullptr) return;
    std::vector<std::string> own = callers_of(*site).own;
    if (own.size() > kFingerprintFrames) own.resize(kFingerprintFrames);
    if (first) {
      common = std::move(own);
      first = false;
      return;
    }
    const auto part =
        std::mismatch(common.begin(), common.end(), own.begin(), own.end());
    // One that was seen before it was zoomed has its innermost caller only.
    if (part.second == own.end() && !site->zoomed) return;
    common.erase(std::max(part.first, common.begin() + !common.empty()),
                 common.end());
  };
  if (finding.members.empty()) {
    if (!finding.sites.empty()) take(finding.sites.front());
  } else {
    for (const SiteShare& share : finding.members.front().sites)
      take(share.site);
  }
  return common;
}

}  // namespace

std::string fingerprint_of(const Finding& finding,
                           std::span<const SiteRecord> sites) {
  // The peak of all open connections is no place's, nor is what blocks of
  // many places keep the allocator from giving back.
  if (finding.unit != kOpenConnection &&
      finding.kind != FindingClass::kAllocatorRetained) {
    const std::vector<std::string> callers = common_callers(finding, sites);
    if (!callers.empty()) return hashed(callers);
  }
  return hashed({to_word(finding.kind), finding.unit, finding.standin});
}

}  // namespace tidemark
