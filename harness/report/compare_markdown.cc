#include <fmt/format.h>

#include <string_view>

#include "harness/report/compare_report.h"
#include "harness/report/compare_words.h"

namespace tidemark {
namespace {

// As plain text inside a table: nothing of it is markup.
std::string plain(std::string_view text) {
  constexpr std::string_view kMarkup = "\\`*_{}[]<>()#+-!|~&@";
  std::string safe;
  for (const char c : text) {
    if (kMarkup.find(c) != std::string_view::npos) {
      safe += fmt::format("&#{};", static_cast<int>(c));
    } else {
      safe += c;
    }
  }
  return safe;
}

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
    text += fmt::format(
        "| {} | {} | {} | {} | {}: {} | {} |\n",
        mark(change.fails, change.undecided), plain(subject_of(change)),
        plain(rate_text(change.before, change.in_bytes)),
        plain(rate_text(change.after, change.in_bytes)), to_word(change.change),
        plain(change.told), plain(change.fingerprint));
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
      headline_word(comparison.outcome), plain(comparison.reason),
      plain(comparison.before.name), plain(comparison.before.path),
      runs_text(comparison.before), plain(comparison.after.name),
      plain(comparison.after.path), runs_text(comparison.after));
  text += findings_table(comparison);
  text += figures_table(comparison);
  for (const std::string& note : comparison.notes)
    text += "\n_" + plain(note) + "_\n";
  return text;
}

}  // namespace tidemark
