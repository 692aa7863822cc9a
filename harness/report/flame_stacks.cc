#include "harness/report/flame_stacks.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "harness/report/names.h"
#include "harness/report/retention_text.h"
#include "harness/report/site_text.h"

namespace tidemark {
namespace {

constexpr const char* kLost = "lost: no pointer to it is left";

// Stacks that are alike, added up.
class Stacks {
 public:
  void add(std::vector<std::string> frames, Bytes bytes) {
    sums_[std::move(frames)] += bytes;
  }

  std::vector<FlameStack> take() {
    std::vector<FlameStack> stacks;
    for (auto& [frames, bytes] : sums_)
      if (bytes.value > 0) stacks.push_back({frames, bytes});
    return stacks;
  }

 private:
  std::map<std::vector<std::string>, Bytes> sums_;
};

std::string title_of(const Finding& finding) {
  if (finding.unit.empty()) return to_word(finding.kind);
  return fmt::format("{} per {}", to_word(finding.kind), finding.unit);
}

std::vector<std::string> frames_of(const SiteRecord& site,
                                   std::vector<std::string> above) {
  for (auto frame = site.frames.rbegin(); frame != site.frames.rend();
       ++frame) {
    std::string name = short_name(frame->function);
    above.push_back(name.empty() ? "?" : std::move(name));
  }
  return above;
}

void add_holders(const SiteIndex& sites, const Retention& retention,
                 const std::vector<std::string>& above, Stacks& stacks) {
  for (const RetainingPath& path : retention.paths) {
    std::vector<std::string> frames = above;
    frames.push_back(root_text(
        path, path.holders.empty() ? nullptr
                                   : sites.find(path.holders.front().site)));
    for (const Holder& holder : path.holders)
      frames.push_back(holder_name(holder, sites.find(holder.site)));
    stacks.add(std::move(frames), path.bytes);
  }
  std::vector<std::string> lost = above;
  lost.emplace_back(kLost);
  stacks.add(std::move(lost), retention.unreachable_bytes);
}

std::vector<FlameStack> stacks_of(const RunRecord& record,
                                  const std::vector<LastHeld>& all) {
  Stacks stacks;
  const SiteIndex sites(record);
  for (const LastHeld& one : all)
    if (const SiteRecord* site = sites.find(one.site))
      stacks.add(frames_of(*site, {}), one.bytes);
  return stacks.take();
}

}  // namespace

SiteIndex::SiteIndex(const RunRecord& record) {
  for (const SiteRecord& site : record.sites) sites_.emplace(site.id, &site);
}

const SiteRecord* SiteIndex::find(SiteId id) const {
  const auto found = sites_.find(id);
  return found == sites_.end() ? nullptr : found->second;
}

std::vector<FlameStack> residue_stacks(const RunRecord& record) {
  Stacks stacks;
  if (!record.judgement) return {};
  const SiteIndex sites(record);
  const auto add = [&](const Finding& finding, SiteId id, Bytes bytes) {
    if (const SiteRecord* site = sites.find(id))
      stacks.add(frames_of(*site, {title_of(finding)}), bytes);
  };
  for (const Finding& finding : record.judgement->findings) {
    // Records of older versions have no members.
    if (finding.members.empty() && !finding.sites.empty())
      add(finding, finding.sites.front(), finding.residue);
    for (const FindingMember& member : finding.members)
      for (const SiteShare& share : member.sites)
        add(finding, share.site, share.bytes);
  }
  return stacks.take();
}

std::vector<FlameStack> holder_stacks(const RunRecord& record) {
  Stacks stacks;
  if (!record.judgement) return {};
  const SiteIndex sites(record);
  for (const Finding& finding : record.judgement->findings)
    if (finding.retention)
      add_holders(sites, *finding.retention, {title_of(finding)}, stacks);
  return stacks.take();
}

std::vector<FlameStack> live_stacks(const RunRecord& record) {
  return stacks_of(record, record.allocated);
}

std::vector<FlameStack> ever_allocated_stacks(const RunRecord& record) {
  return stacks_of(record, record.ever_allocated);
}

std::vector<FlameStack> live_holder_stacks(const RunRecord& record) {
  Stacks stacks;
  if (record.held) add_holders(SiteIndex(record), *record.held, {}, stacks);
  return stacks.take();
}

}  // namespace tidemark
