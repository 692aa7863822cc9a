#include <fmt/format.h>

#include <string>

#include "harness/report/markdown_text.h"
#include "harness/report/sweep_report.h"
#include "harness/report/sweep_words.h"

namespace tidemark {
namespace {

std::string row_of(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells)
    row += " " + markdown_plain(cell) + " |";
  return row + "\n";
}

std::string table_of(const SweepAnswer& answer) {
  std::vector<SweepColumn> told = memory_columns(answer);
  for (const SweepColumn& column : speed_columns(answer))
    told.push_back(column);
  std::vector<std::string> titles;
  std::string rule = "|";
  for (const SweepFactor& factor : answer.spec.factors) {
    titles.push_back(factor.name);
    rule += " --- |";
  }
  for (const SweepColumn& column : told) {
    titles.emplace_back(column.title);
    rule += " ---: |";
  }
  titles.emplace_back("loss");
  titles.emplace_back("");
  rule += " ---: | --- |\n";
  std::string text = row_of(titles) + rule;
  for (std::size_t i = 0; i < answer.cells.size(); ++i) {
    const SweepCell& cell = answer.cells[i];
    std::vector<std::string> row;
    for (const SweepFactor& factor : answer.spec.factors)
      row.push_back(cell.levels.at(factor.name));
    for (const SweepColumn& column : told)
      row.push_back(figure_text(cell, column.figure));
    row.push_back(loss_text(cell));
    row.push_back(mark_text(answer, i));
    text += row_of(row);
  }
  return text;
}

}  // namespace

std::string sweep_markdown(const SweepAnswer& unsafe) {
  const SweepAnswer answer = printable_answer(unsafe);
  std::string text =
      fmt::format("**sweep** {}\n\n{}\n",
                  markdown_plain(sweep_headline(answer)), table_of(answer));
  const auto item = [&text](const std::string& sentence) {
    text += "* " + markdown_plain(sentence) + "\n";
  };
  for (const SweepKnee& knee : answer.knees)
    item("knee: " + knee_sentence(knee, answer.spec.max_loss));
  for (const std::string& sentence : arithmetic_sentences(answer))
    item(sentence);
  for (const std::string& sentence : need_sentences(answer)) item(sentence);
  // Of one factor the table says it all.
  if (answer.spec.factors.size() > 1)
    for (const SweepEffect& effect : answer.effects)
      item(effect_sentence(effect, answer.spec.baseline.at(effect.factor)));
  for (const std::string& sentence : note_sentences(answer)) item(sentence);
  return text;
}

}  // namespace tidemark
