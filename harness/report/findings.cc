// What is told of a finding beside its sentence: the places that grow with it,
// its fingerprint, and the rule that would allow it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/suppression_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kMembersShown = 8;
constexpr std::size_t kMemberHang = 9;

std::string member_line(const RunRecord& record, const FindingMember& member,
                        std::size_t width) {
  const SiteRecord* site =
      member.sites.empty() ? nullptr : find_site(record, member.sites[0].site);
  return wrapped(
      fmt::format(
          "       {} in {} {} {}", bytes_text(member.bytes_per_unit),
          plural(member.objects_per_unit, noun_of(record, site)),
          site && site->kind != MemoryKind::kHeap ? relation_of(*site) : "by",
          site ? place_of(*site) : "an unknown caller"),
      kMemberHang, width);
}

}  // namespace

std::string members_section(const RunRecord& record, const Finding& finding,
                            const ReportStyle& style) {
  if (finding.members.size() < 2) return {};
  const std::size_t width = width_of(style);
  std::string text = wrapped(
      fmt::format(
          "     of it {} in {} {}, and with it per {}:",
          bytes_text(finding.members[0].bytes_per_unit),
          plural(finding.members[0].objects_per_unit, noun_of(record, finding)),
          noun_of(record, finding) == "object" ? "of this class"
                                               : "by this place",
          finding.unit),
      5, width);
  for (std::size_t i = 1; i < finding.members.size(); ++i) {
    if (i > kMembersShown) {
      text += fmt::format("       … and {} more, in the record\n",
                          finding.members.size() - i);
      break;
    }
    text += member_line(record, finding.members[i], width);
    if (!style.all_frames || finding.members[i].sites.empty()) continue;
    if (const SiteRecord* site =
            find_site(record, finding.members[i].sites[0].site))
      text += stack_text(*site, true, width);
  }
  return text;
}

std::string fingerprint_section(const RunRecord& record,
                                const Finding& finding) {
  if (finding.fingerprint.empty()) return {};
  if (!finding.fails)
    return fmt::format("     fingerprint {}\n", finding.fingerprint);
  std::string text =
      "     If it shall be known and not fail, as a rule of a "
      "suppression file:\n";
  std::string_view rule;
  const std::string lines = suppression_rule(record, finding);
  for (rule = lines; !rule.empty();) {
    const std::size_t end = std::min(rule.find('\n'), rule.size());
    text += fmt::format("       {}\n", rule.substr(0, end));
    rule.remove_prefix(std::min(end + 1, rule.size()));
  }
  return text;
}

}  // namespace tidemark
