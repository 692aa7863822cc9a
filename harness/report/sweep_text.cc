#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/report/sections.h"
#include "harness/report/sweep_report.h"
#include "harness/report/sweep_words.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

using Row = std::vector<std::string>;

// Columns as wide as what is in them; the first `left` of them, and the last,
// begin at the left.
std::string table(const std::vector<Row>& rows, std::size_t left) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns(row[i]));
  std::string text;
  for (const Row& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i)
      line += (i < left ? " " : "  ") + (i >= left && i + 1 < row.size()
                                             ? flush_right(row[i], widths[i])
                                             : flush_left(row[i], widths[i]));
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

Row levels_of(const SweepAnswer& answer, const SweepCell& cell) {
  Row row;
  for (const SweepFactor& factor : answer.spec.factors)
    row.push_back(clipped(cell.levels.at(factor.name), 24));
  return row;
}

Row titles_of(const SweepAnswer& answer) {
  Row row;
  for (const SweepFactor& factor : answer.spec.factors)
    row.push_back(clipped(factor.name, 24));
  return row;
}

std::string memory_table_of(const SweepAnswer& answer) {
  const std::vector<SweepColumn> told = memory_columns(answer);
  if (told.empty()) return {};
  std::vector<Row> rows{titles_of(answer)};
  for (const SweepColumn& column : told) rows[0].emplace_back(column.title);
  rows[0].emplace_back();
  for (std::size_t i = 0; i < answer.cells.size(); ++i) {
    const SweepCell& cell = answer.cells[i];
    Row row = levels_of(answer, cell);
    for (const SweepColumn& column : told)
      row.push_back(figure_text(cell, column.figure));
    row.push_back(mark_text(answer, i));
    rows.push_back(std::move(row));
  }
  return "\n" + table(rows, answer.spec.factors.size());
}

std::string speed_table_of(const SweepAnswer& answer) {
  const std::vector<SweepColumn> told = speed_columns(answer);
  if (told.empty()) return {};
  std::vector<Row> rows{titles_of(answer)};
  for (const SweepColumn& column : told) {
    rows[0].emplace_back(column.title);
    if (column.figure == SweepFigure::kThroughput) rows[0].emplace_back();
  }
  rows[0].emplace_back("loss");
  for (const SweepCell& cell : answer.cells) {
    Row row = levels_of(answer, cell);
    for (const SweepColumn& column : told) {
      row.push_back(figure_text(cell, column.figure));
      if (column.figure == SweepFigure::kThroughput)
        row.push_back(spread_text(cell, column.figure));
    }
    row.push_back(loss_text(cell));
    rows.push_back(std::move(row));
  }
  return "\n" + table(rows, answer.spec.factors.size());
}

std::string facts(const char* label, const std::vector<std::string>& sentences,
                  std::size_t width) {
  std::string text;
  const char* name = label;
  for (const std::string& sentence : sentences) {
    text += wrapped(fmt::format("  {:<12} {}", name, sentence), 15, width);
    name = "";
  }
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string sweep_text(const SweepAnswer& unsafe, const ReportStyle& style) {
  const SweepAnswer answer = printable_answer(unsafe);
  const std::size_t width = width_of(style);
  std::string text = wrapped("SWEEP  " + sweep_headline(answer), 2, width);
  if (style.colour) text = "\033[1m" + text.insert(5, "\033[0m");
  text += memory_table_of(answer) + speed_table_of(answer);
  std::vector<std::string> knees;
  for (const SweepKnee& knee : answer.knees)
    knees.push_back(knee_sentence(knee, answer.spec.max_loss));
  std::vector<std::string> effects;
  for (const SweepEffect& effect : answer.effects)
    effects.push_back(
        effect_sentence(effect, answer.spec.baseline.at(effect.factor)));
  text += facts("knee", knees, width);
  text += facts("arithmetic", arithmetic_sentences(answer), width);
  text += facts("memory", need_sentences(answer), width);
  if (answer.spec.factors.size() > 1) text += facts("effect", effects, width);
  text += facts("note", note_sentences(answer), width);
  text += facts("sweep", {runs_sentence(answer)}, width);
  return text;
}

}  // namespace tidemark
