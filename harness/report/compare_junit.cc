#include <fmt/format.h>

#include "harness/report/compare_report.h"
#include "harness/report/compare_words.h"
#include "harness/report/junit_suite.h"

namespace tidemark {
namespace {

void add_finding(JunitSuite& suite, const FindingChange& change) {
  const std::string subject = subject_of(change);
  suite.add_case(
      change.fingerprint.empty() ? subject : "finding " + change.fingerprint,
      change.fails, change.undecided,
      fmt::format("{}, {}: OLD {}, NEW {}; {}", to_word(change.change), subject,
                  rate_text(change.before, change.in_bytes),
                  rate_text(change.after, change.in_bytes), change.told));
}

void add_figure(JunitSuite& suite, const FigureChange& figure) {
  const FigureCells cells = cells_of(figure);
  suite.add_case(to_word(figure.kind), figure.fails, figure.undecided,
                 fmt::format("OLD {}, NEW {}: {}, interval {}", cells.before,
                             cells.after, cells.change, cells.interval));
}

}  // namespace

std::string compare_junit(const VersionComparison& unsafe) {
  const VersionComparison comparison = printable_comparison(unsafe);
  JunitSuite suite(fmt::format("{} against {}", comparison.after.name,
                               comparison.before.name));
  // What no case below says: that the runs themselves could not tell.
  const bool open = comparison.outcome == ComparisonOutcome::kInconclusive;
  suite.add_case("comparison", false, open, comparison.reason);
  for (const FindingChange& change : comparison.findings)
    add_finding(suite, change);
  for (const FigureChange& figure : comparison.figures)
    add_figure(suite, figure);
  return suite.finish(comparison.started_at, comparison.took);
}

}  // namespace tidemark
