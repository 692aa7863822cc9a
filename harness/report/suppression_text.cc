#include "harness/report/suppression_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tidemark {
namespace {

// Upwards, to what the file can say: nothing is allowed less than it is.
double rounded_up(double value) {
  // Never -0, which is what the ceiling of nearly nothing is.
  const double whole = std::max(0.0, std::ceil(value - 1e-9));
  if (value >= 100 || std::abs(value - whole) < 1e-6) return whole;
  return std::ceil(value * 1000) / 1000;
}

}  // namespace

BoundedGrowth bounded_growth(const RunRecord& record, const Finding& finding) {
  // A slower machine has more seconds to a connection.
  if (finding.unit == "second")
    return {finding.rate.bytes_per_unit, finding.rate.objects_per_unit,
            "second"};
  if (finding.rate.bytes_per_connection != 0 ||
      finding.rate.objects_per_connection != 0)
    return {finding.rate.bytes_per_connection,
            finding.rate.objects_per_connection};
  const double connections =
      record.judgement
          ? static_cast<double>(record.judgement->limit.connections.value)
          : 0;
  if (connections <= 0) return {};
  return {static_cast<double>(finding.residue.value) / connections,
          static_cast<double>(finding.objects.value) / connections};
}

std::string suppression_rule(const RunRecord& record, const Finding& finding) {
  const BoundedGrowth each = bounded_growth(record, finding);
  return fmt::format(
      "- fingerprint: {}\n"
      "  kind: leak\n"
      "  max_bytes_per_{}: {}\n"
      "  max_objects_per_{}: {}\n",
      finding.fingerprint, each.unit, rounded_up(each.bytes), each.unit,
      rounded_up(each.objects));
}

std::string suppressed_because(const Finding& finding) {
  const Suppressed& rule = *finding.suppressed;
  std::string text = rule.kind;
  if (!rule.owner.empty()) text += fmt::format(", owner {}", rule.owner);
  if (!rule.bug.empty()) text += fmt::format(", {}", rule.bug);
  if (!rule.expires.empty()) text += fmt::format(", until {}", rule.expires);
  return fmt::format("{} ({})", text, rule.rule);
}

std::vector<std::string> suppression_warnings(const RunRecord& record) {
  std::vector<std::string> lines;
  for (const SuppressionRecord& rule : record.suppressions)
    if (!rule.complaint.empty())
      lines.push_back(
          fmt::format("{} ({}) {}", rule.rule, rule.subject, rule.complaint));
  return lines;
}

}  // namespace tidemark
