#include <fmt/format.h>

#include "harness/report/compare_report.h"
#include "harness/report/compare_words.h"
#include "harness/report/markdown_text.h"

namespace tidemark {
namespace {

const char* mark(bool fails, bool undecided) {
  if (fails) return "❌";
  return undecided ? "❔" : "";
}

const char* headline_word(ComparisonOutcome outcome) {
  switch (outcome) {
    case ComparisonOutcome::kNothingWorse:
      return "✅ nothing worse";
    case ComparisonOutcome::kWorse:
      return "❌ worse";
    case ComparisonOutcome::kInconclusive:
      break;
  }
  return "❔ inconclusive";
}

std::string findings_table(const VersionComparison& comparison) {
  if (comparison.findings.empty()) return {};
  std::string text =
      "\n| | finding | OLD | NEW | change | fingerprint |\n"
      "|---|---|---:|---:|---|---|\n";
  for (const FindingChange& change : comparison.findings)
    text +=
        fmt::format("| {} | {} | {} | {} | {}: {} | {} |\n",
                    mark(change.fails, change.undecided),
                    markdown_plain(subject_of(change)),
                    markdown_plain(rate_text(change.before, change.in_bytes)),
                    markdown_plain(rate_text(change.after, change.in_bytes)),
                    to_word(change.change), markdown_plain(change.told),
                    markdown_plain(change.fingerprint));
  return text;
}

std::string figures_table(const VersionComparison& comparison) {
  if (comparison.figures.empty()) return {};
  std::string text =
      "\n| | figure | OLD | NEW | change | interval | |\n"
      "|---|---|---:|---:|---:|---:|---|\n";
  for (const FigureChange& figure : comparison.figures) {
    const FigureCells cells = cells_of(figure);
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n",
                        mark(figure.fails, figure.undecided), cells.label,
                        cells.before, cells.after, cells.change, cells.interval,
                        cells.verdict);
  }
  return text;
}

}  // namespace

std::string compare_markdown(const VersionComparison& unsafe) {
  const VersionComparison comparison = printable_comparison(unsafe);
  std::string text = fmt::format(
      "### tidemark: {}\n\n{}\n\nOLD {} ({}), {}; NEW {} ({}), {}\n",
      headline_word(comparison.outcome), markdown_plain(comparison.reason),
      markdown_plain(comparison.before.name),
      markdown_plain(comparison.before.path), runs_text(comparison.before),
      markdown_plain(comparison.after.name),
      markdown_plain(comparison.after.path), runs_text(comparison.after));
  text += findings_table(comparison);
  text += figures_table(comparison);
  for (const std::string& note : comparison.notes)
    text += "\n_" + markdown_plain(note) + "_\n";
  return text;
}

}  // namespace tidemark
