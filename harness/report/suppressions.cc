// The part of the terminal report about suppressed findings: folded, but told.
#include <fmt/format.h>

#include <algorithm>

#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/suppression_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

std::string suppressed_line(const RunRecord& record, const Finding& finding,
                            std::size_t width) {
  const SiteRecord* site =
      finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
  const std::string where = site ? " by " + place_of(*site)
                            : finding.standin.empty()
                                ? ""
                                : " to " + finding.standin;
  const BoundedGrowth each = bounded_growth(record, finding);
  return wrapped(
      fmt::format("  {}: {} in {} per {}{}; {}", finding.fingerprint,
                  bytes_text(each.bytes), plural(each.objects, "object"),
                  each.unit, where, suppressed_because(finding)),
      4, width);
}

}  // namespace

std::string suppressions_section(const RunRecord& record,
                                 const ReportStyle& style) {
  const std::size_t width = width_of(style);
  std::string text;
  if (record.judgement) {
    const auto& findings = record.judgement->findings;
    const auto count = std::count_if(
        findings.begin(), findings.end(),
        [](const Finding& f) { return f.suppressed.has_value(); });
    if (count > 0)
      text += fmt::format("\nSuppressed, {}:\n",
                          plural(static_cast<double>(count), "finding"));
    for (const Finding& finding : findings)
      if (finding.suppressed) text += suppressed_line(record, finding, width);
  }
  const std::vector<std::string> warnings = suppression_warnings(record);
  if (warnings.empty()) return text;
  text += "\nSuppression rules that did nothing:\n";
  for (const std::string& line : warnings)
    text += wrapped("  warning: " + line, 4, width);
  return text;
}

}  // namespace tidemark
