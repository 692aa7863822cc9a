#include "harness/report/hunt_sentences.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kWaysShown = 6;

}  // namespace

std::string hunt_what(const HuntFinding& found) {
  if (found.kind == HuntKind::kDeath) return found.error.message;
  const Finding& finding = found.finding;
  const double objects = finding.rate.objects_per_unit;
  if (finding.kind == FindingClass::kDescriptors)
    return plural(finding.rate.objects_per_connection, finding.unit);
  if (finding.kind == FindingClass::kUndecided &&
      finding.rate.bytes_per_unit == 0)
    return bytes_text(finding.residue) + " in all";
  return fmt::format("{} in {}", bytes_text(finding.rate.bytes_per_unit),
                     plural(objects, "block"));
}

std::string hunt_per(const HuntFinding& found) {
  if (found.kind == HuntKind::kGrowth) {
    const bool counted = found.finding.kind == FindingClass::kDescriptors;
    const std::string unit = counted ? "connection" : found.finding.unit;
    // Where connections go one way only, it is that way's: graceful ones alone
    // were tried before.
    const bool one_way =
        found.ways.size() == 1 && found.ways.front() != "graceful";
    const WeightedClose* way =
        one_way ? &found.scenario.flows.front().close.front() : nullptr;
    if (unit != "connection" || way == nullptr) return unit;
    return found.ways.front() + (way->behavior == CloseBehavior::kProvocation
                                     ? " provocation"
                                     : " close");
  }
  return some_of(found.ways);
}

std::string some_of(const std::vector<std::string>& names) {
  std::string text;
  const std::size_t shown =
      names.size() <= kWaysShown + 1 ? names.size() : kWaysShown;
  for (std::size_t i = 0; i < shown; ++i)
    text += (i == 0 ? "" : i + 1 < names.size() ? ", " : " and ") + names[i];
  if (shown < names.size())
    text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string hunt_place(const HuntFinding& found) {
  if (found.kind == HuntKind::kDeath || found.finding.sites.empty()) return {};
  const SiteRecord* site = find_site(found.record, found.finding.sites[0]);
  return site == nullptr ? "" : place_of(*site);
}

std::string hunt_holder(const HuntFinding& found) {
  if (!found.finding.retention) return {};
  const Retention& retention = *found.finding.retention;
  if (retention.paths.empty())
    return retention.unreachable.value > 0 ? "nobody: no pointer to it is left"
                                           : "";
  const RetainingPath& path = retention.paths.front();
  return fmt::format("{}, a {}", path.root_name, to_word(path.root));
}

}  // namespace tidemark
