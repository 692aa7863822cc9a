#include <fmt/format.h>

#include "harness/report/compare_report.h"
#include "harness/report/compare_words.h"
#include "harness/report/xml.h"

namespace tidemark {
namespace {

struct Suite {
  std::string name;
  std::string cases;
  int tests = 0;
  int failures = 0;
  int errors = 0;
};

// `fails` is a failure, `open` an error: neither passes.
void add_case(Suite& suite, const std::string& name, bool fails, bool open,
              const std::string& message) {
  ++suite.tests;
  suite.cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"",
                             escaped(suite.name), escaped(name));
  if (!fails && !open) {
    suite.cases += "/>\n";
    return;
  }
  ++(fails ? suite.failures : suite.errors);
  suite.cases +=
      fmt::format(">\n      <{0} message=\"{1}\">{1}</{0}>\n    </testcase>\n",
                  fails ? "failure" : "error", escaped(message));
}

void add_finding(Suite& suite, const FindingChange& change) {
  const std::string subject = subject_of(change);
  add_case(
      suite,
      change.fingerprint.empty() ? subject : "finding " + change.fingerprint,
      change.fails, change.undecided,
      fmt::format("{}, {}: OLD {}, NEW {}; {}", to_word(change.change), subject,
                  rate_text(change.before, change.in_bytes),
                  rate_text(change.after, change.in_bytes), change.told));
}

void add_figure(Suite& suite, const FigureChange& figure) {
  const FigureCells cells = cells_of(figure);
  add_case(suite, to_word(figure.kind), figure.fails, figure.undecided,
           fmt::format("OLD {}, NEW {}: {}, interval {}", cells.before,
                       cells.after, cells.change, cells.interval));
}

}  // namespace

std::string compare_junit(const VersionComparison& unsafe) {
  const VersionComparison comparison = printable_comparison(unsafe);
  Suite suite;
  suite.name = fmt::format("{} against {}", comparison.after.name,
                           comparison.before.name);
  // What no case below says: that the runs themselves could not tell.
  const bool open = comparison.outcome == ComparisonOutcome::kInconclusive;
  add_case(suite, "comparison", false, open, comparison.reason);
  for (const FindingChange& change : comparison.findings)
    add_finding(suite, change);
  for (const FigureChange& figure : comparison.figures)
    add_figure(suite, figure);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites>\n"
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "skipped=\"0\" timestamp=\"{}\" time=\"{:.3f}\">\n{}  </testsuite>\n"
      "</testsuites>\n",
      escaped(suite.name), suite.tests, suite.failures, suite.errors,
      escaped(comparison.started_at), to_seconds(comparison.took), suite.cases);
}

}  // namespace tidemark
