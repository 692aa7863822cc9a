#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "harness/report/machine_formats.h"
#include "harness/report/names.h"
#include "harness/report/printable_record.h"
#include "harness/report/site_text.h"

namespace tidemark {
namespace {

// What separates frames, and stacks from their bytes, is none of a name.
std::string frame_name(std::string name) {
  std::replace(name.begin(), name.end(), ';', ':');
  std::replace(name.begin(), name.end(), '\n', ' ');
  return name.empty() ? "?" : name;
}

std::string stack_of(const Finding& finding, const SiteRecord& site) {
  std::string stack =
      frame_name(fmt::format("{} per {}", to_word(finding.kind), finding.unit));
  for (auto frame = site.frames.rbegin(); frame != site.frames.rend(); ++frame)
    stack += ";" + frame_name(short_name(frame->function));
  return stack;
}

class FoldedReporter final : public Reporter {
 public:
  std::string render(const RunRecord& unsafe,
                     const ReportStyle&) const override {
    const RunRecord record = printable_record(unsafe);
    std::map<std::string, Bytes> stacks;
    const auto add = [&](const Finding& finding, SiteId id, Bytes bytes) {
      if (const SiteRecord* site = find_site(record, id))
        stacks[stack_of(finding, *site)] += bytes;
    };
    if (record.judgement)
      for (const Finding& finding : record.judgement->findings) {
        // Records of older versions have no members.
        if (finding.members.empty() && !finding.sites.empty())
          add(finding, finding.sites.front(), finding.residue);
        for (const FindingMember& member : finding.members)
          for (const SiteShare& share : member.sites)
            add(finding, share.site, share.bytes);
      }
    std::string text;
    for (const auto& [stack, bytes] : stacks)
      if (bytes.value > 0) text += fmt::format("{} {}\n", stack, bytes.value);
    return text;
  }
};

}  // namespace

std::unique_ptr<Reporter> make_folded_reporter() {
  return std::make_unique<FoldedReporter>();
}

}  // namespace tidemark
