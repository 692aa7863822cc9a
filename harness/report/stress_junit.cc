#include <fmt/format.h>

#include "harness/report/stress_report.h"
#include "harness/report/text.h"
#include "harness/report/xml.h"

namespace tidemark {
namespace {

std::string safe(const std::string& text) { return escaped(printable(text)); }

std::string case_xml(const StressRecord& record, const std::string& name,
                     const char* element, const std::string& message) {
  std::string text = fmt::format("  <testcase classname=\"{}\" name=\"{}\"",
                                 safe(record.scenario_name), safe(name));
  if (element == nullptr) return text + "/>\n";
  return text + fmt::format(
                    ">\n   <{0} message=\"{1}\">{1}</{0}>\n"
                    "  </testcase>\n",
                    element, escaped(printable(message, true)));
}

}  // namespace

std::string stress_junit(const StressRecord& record) {
  std::string cases;
  std::size_t count = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  for (const ThresholdResult& result : record.thresholds) {
    const std::string name = fmt::format(
        "{}{} {}", result.metric,
        result.flow.empty() ? "" : fmt::format("{{flow:{}}}", result.flow),
        result.spec.expression);
    const std::string found =
        result.found ? fmt::format("found {:.6g}", *result.found) : "no value";
    cases += case_xml(record, name, result.met ? nullptr : "failure", found);
    ++count;
    if (!result.met) ++failures;
  }
  const bool broken = record.outcome == StressOutcome::kError ||
                      record.outcome == StressOutcome::kInvalid;
  if (broken || record.thresholds.empty()) {
    const bool failed = record.outcome == StressOutcome::kFailed;
    cases += case_xml(record, "stress",
                      broken   ? "error"
                      : failed ? "failure"
                               : nullptr,
                      record.reason);
    ++count;
    if (broken) ++errors;
    if (failed) ++failures;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites>\n"
      " <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "time=\"{:.3f}\">\n{} </testsuite>\n</testsuites>\n",
      safe(record.scenario_name), count, failures, errors,
      to_seconds(record.took), cases);
}

}  // namespace tidemark
