#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "harness/report/compare_report.h"
#include "harness/report/compare_words.h"
#include "harness/report/sections.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return text;
}

const char* colour_of(const VersionComparison& comparison) {
  if (comparison.outcome == ComparisonOutcome::kNothingWorse)
    return "\033[1;32m";
  return comparison.outcome == ComparisonOutcome::kWorse ? "\033[1;31m"
                                                         : "\033[1;33m";
}

std::string headline(const VersionComparison& comparison,
                     const ReportStyle& style) {
  const std::string word = upper(to_word(comparison.outcome));
  // Wrapped before it is coloured: escapes have no width.
  std::string line = wrapped(fmt::format("{}  {}", word, comparison.reason), 2,
                             width_of(style));
  if (!style.colour) return line;
  line.insert(word.size(), "\033[0m");
  return line.insert(0, colour_of(comparison));
}

std::string side_line(const char* which, const ComparedSide& side,
                      std::size_t width) {
  return wrapped(fmt::format("  {}  {} ({}), {}", which, side.name, side.path,
                             runs_text(side)),
                 7, width);
}

std::string finding_lines(const FindingChange& change, std::size_t width) {
  const std::string mark = change.fails       ? upper(to_word(change.change))
                           : change.undecided ? "perhaps worse"
                                              : to_word(change.change);
  std::string text =
      wrapped(fmt::format("  {}  {}", flush_left(mark, 13), subject_of(change)),
              17, width);
  text += wrapped(fmt::format("                 OLD {}, NEW {}{}",
                              rate_text(change.before, change.in_bytes),
                              rate_text(change.after, change.in_bytes),
                              change.fingerprint.empty()
                                  ? ""
                                  : "; fingerprint " + change.fingerprint),
                  17, width);
  return text + wrapped("                 " + change.told, 17, width);
}

std::string figure_row(const FigureCells& cells) {
  std::string row = fmt::format(
      "  {}{}{}{}  {}", flush_left(cells.label, 18),
      flush_right(cells.before, 11), flush_right(cells.after, 11),
      flush_right(cells.change, 8), flush_right(cells.interval, 14));
  if (!cells.verdict.empty()) row += "  " + cells.verdict;
  return row + "\n";
}

std::string figures_table(const VersionComparison& comparison) {
  if (comparison.figures.empty()) return {};
  std::string text =
      "\n" + figure_row({"", "OLD", "NEW", "change", "interval", ""});
  for (const FigureChange& figure : comparison.figures)
    text += figure_row(cells_of(figure));
  return text;
}

}  // namespace

std::string compare_text(const VersionComparison& unsafe,
                         const ReportStyle& style) {
  const VersionComparison comparison = printable_comparison(unsafe);
  const std::size_t width = width_of(style);
  std::string text = headline(comparison, style);
  text += "\n" + side_line("OLD", comparison.before, width) +
          side_line("NEW", comparison.after, width);
  if (!comparison.findings.empty()) text += "\n";
  for (const FindingChange& change : comparison.findings)
    text += finding_lines(change, width);
  text += figures_table(comparison);
  for (const std::string& note : comparison.notes)
    text += wrapped("  note: " + note, 8, width);
  return text;
}

}  // namespace tidemark
