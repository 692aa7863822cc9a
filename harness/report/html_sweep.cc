// The page of a sweep.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "harness/report/html.h"
#include "harness/report/html_page.h"
#include "harness/report/html_parts.h"
#include "harness/report/sweep_words.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

std::string list_of(const std::vector<std::string>& sentences) {
  std::string items;
  for (const std::string& sentence : sentences)
    items += html_text("li", sentence);
  return items.empty() ? "" : "<ul>\n" + items + "</ul>\n";
}

std::string answer_section(const SweepAnswer& answer) {
  std::vector<std::string> knees;
  for (const SweepKnee& knee : answer.knees)
    knees.push_back(knee_sentence(knee, answer.spec.max_loss));
  std::string text;
  const auto part = [&text](const char* title,
                            const std::vector<std::string>& sentences) {
    if (!sentences.empty()) text += html_text("h3", title) + list_of(sentences);
  };
  part("Knee", knees);
  part("Arithmetic", arithmetic_sentences(answer));
  part("Memory", need_sentences(answer));
  part("Notes", note_sentences(answer));
  return text;
}

std::string cells_table(const SweepAnswer& answer) {
  std::vector<HtmlColumn> titles;
  for (const SweepFactor& factor : answer.spec.factors)
    titles.push_back({factor.name});
  std::vector<SweepColumn> told = memory_columns(answer);
  for (const SweepColumn& column : speed_columns(answer))
    told.push_back(column);
  for (const SweepColumn& column : told) titles.push_back({column.title, true});
  titles.push_back({"scatter of replies", true});
  titles.push_back({"loss", true});
  titles.push_back({"which is"});
  HtmlTable table("Cells: medians of their runs", titles);
  for (std::size_t i = 0; i < answer.cells.size(); ++i) {
    const SweepCell& cell = answer.cells[i];
    std::vector<std::string> row;
    for (const SweepFactor& factor : answer.spec.factors)
      row.push_back(cell.levels.at(factor.name));
    for (const SweepColumn& column : told)
      row.push_back(figure_text(cell, column.figure));
    row.push_back(spread_text(cell, SweepFigure::kThroughput));
    row.push_back(loss_text(cell));
    row.push_back(mark_text(answer, i));
    table.add(row, answer.best == i ? "told" : "");
  }
  return table.html();
}

// Down to its level, with the others at the baseline.
bool is_knee(const SweepAnswer& answer, const SweepCell& cell) {
  return std::any_of(answer.knees.begin(), answer.knees.end(),
                     [&](const SweepKnee& knee) {
                       CellLevels levels = answer.spec.baseline;
                       levels[knee.factor] = knee.level;
                       return cell.levels == levels;
                     });
}

Json scatter_data(const SweepAnswer& answer) {
  Json points = Json::array();
  for (std::size_t i = 0; i < answer.cells.size(); ++i) {
    const SweepCell& cell = answer.cells[i];
    const std::optional<double> memory = open_bytes(cell);
    const auto speed = cell.figures.find(SweepFigure::kThroughput);
    if (!memory || speed == cell.figures.end() || !(*memory > 0)) continue;
    points.push_back({{"label", cell_text(cell.levels)},
                      {"memory", *memory},
                      {"throughput", speed->second.median},
                      {"marks", mark_text(answer, i)},
                      {"best", answer.best == i},
                      {"baseline", cell.levels == answer.spec.baseline},
                      {"pareto", cell.pareto},
                      {"knee", is_knee(answer, cell)}});
  }
  return points;
}

// How much there is of a figure, on a scale of ratios: 0 … 9.
class Shades {
 public:
  void take(double value) {
    if (!(value > 0)) return;
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
  }
  std::string css(double value) const {
    constexpr int kShades = 10;
    double share = 0;
    if (value > least_ && most_ > least_)
      share = std::log(value / least_) / std::log(most_ / least_);
    return fmt::format(
        "heat-{}", std::min(kShades - 1, static_cast<int>(share * kShades)));
  }

 private:
  double least_ = std::numeric_limits<double>::max();
  double most_ = 0;
};

const SweepCell* cell_at(const SweepAnswer& answer, const CellLevels& levels) {
  for (const SweepCell& cell : answer.cells)
    if (cell.levels == levels) return &cell;
  return nullptr;
}

std::string heat_map(const SweepAnswer& answer, SweepFigure figure) {
  const SweepFactor& down = answer.spec.factors[0];
  const SweepFactor& across = answer.spec.factors[1];
  Shades shades;
  bool any = false;
  for (const SweepCell& cell : answer.cells)
    if (const auto found = cell.figures.find(figure);
        found != cell.figures.end()) {
      shades.take(found->second.median);
      any = true;
    }
  if (!any) return {};
  std::vector<HtmlColumn> columns{{down.name + " \\ " + across.name}};
  for (const std::string& level : across.levels)
    columns.push_back({level, true});
  HtmlTable table(fmt::format("{}: the darker, the more", to_word(figure)),
                  columns);
  for (const std::string& level : down.levels) {
    std::vector<std::string> cells{level}, classes{""};
    for (const std::string& other : across.levels) {
      const SweepCell* cell =
          cell_at(answer, {{down.name, level}, {across.name, other}});
      const bool has = cell && cell->figures.contains(figure);
      cells.push_back(has ? figure_text(*cell, figure) : "–");
      classes.push_back(has ? shades.css(cell->figures.at(figure).median)
                            : "none");
    }
    table.add(cells, classes);
  }
  return "<div class=\"heat\">" + table.html() + "</div>\n";
}

std::string heat_section(const SweepAnswer& answer) {
  if (answer.spec.factors.size() != 2) return {};
  std::string text;
  for (const SweepFigure figure :
       {SweepFigure::kOpenHeap, SweepFigure::kOpenPss, SweepFigure::kThroughput,
        SweepFigure::kReplyMedian})
    text += heat_map(answer, figure);
  return text;
}

// To the right of the line: more than with the baseline's level.
std::string ratio_bar(double ratio, double most) {
  const double length =
      most > 0 ? std::clamp(std::log(ratio) / most, -1.0, 1.0) : 0;
  return fmt::format(
      "<svg class=\"ratio\" role=\"img\" aria-label=\"× {:.3g}\" "
      "viewBox=\"-1 0 2 1\" preserveAspectRatio=\"none\"><rect class=\"{}\" "
      "x=\"{:.4f}\" y=\"0.15\" width=\"{:.4f}\" height=\"0.7\"/><line "
      "class=\"one\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\"/></svg>",
      ratio, length < 0 ? "less" : "more", std::min(length, 0.0),
      std::abs(length));
}

std::string effects_section(const SweepAnswer& answer) {
  constexpr SweepFigure kTold[] = {
      SweepFigure::kOpenHeap,    SweepFigure::kOpenPss,
      SweepFigure::kPeakRss,     SweepFigure::kThroughput,
      SweepFigure::kReplyMedian, SweepFigure::kCpu};
  double most = std::log(1.05);
  for (const SweepEffect& effect : answer.effects)
    for (const SweepFigure figure : kTold)
      if (const auto found = effect.ratios.find(figure);
          found != effect.ratios.end() && found->second > 0)
        most = std::max(most, std::abs(std::log(found->second)));
  HtmlTable table(
      "What a level does, over all pairs of cells that differ in "
      "nothing else",
      {{"level"},
       {"instead of"},
       {"figure"},
       {"ratio", true},
       {"less or more"}});
  for (const SweepEffect& effect : answer.effects)
    for (const SweepFigure figure : kTold) {
      const auto found = effect.ratios.find(figure);
      if (found == effect.ratios.end() || !(found->second > 0)) continue;
      table.add_drawn({fmt::format("{}={}", effect.factor, effect.level),
                       answer.spec.baseline.at(effect.factor), to_word(figure),
                       fmt::format("× {:.3g}", found->second)},
                      ratio_bar(found->second, most));
    }
  std::vector<std::string> sentences;
  for (const SweepEffect& effect : answer.effects)
    sentences.push_back(
        effect_sentence(effect, answer.spec.baseline.at(effect.factor)));
  return table.html() +
         (sentences.empty()
              ? ""
              : html_details("Every figure, in words", list_of(sentences)));
}

std::string runs_section(const SweepAnswer& answer) {
  HtmlTable table("Runs", {{"cell"}, {"outcome"}, {"reason"}, {"record"}});
  for (const SweepCell& cell : answer.cells)
    for (const SweepRun& run : cell.runs)
      table.add({cell_text(cell.levels), to_word(run.outcome), run.reason,
                 run.kept_at});
  HtmlFacts facts;
  facts.add("scenario", answer.scenario_path);
  facts.add("began", answer.started_at);
  facts.add("tidemark", answer.tidemark_version);
  facts.add("baseline", cell_text(answer.spec.baseline));
  facts.add("may be lost", fmt::format("{:.1f} %", 100 * answer.spec.max_loss));
  facts.add("runs", runs_sentence(answer));
  facts.add("order", answer.spec.shuffled
                         ? fmt::format("drawn, seed {}", answer.spec.seed)
                         : "as written");
  return facts.html() + html_details("Each run", table.html());
}

}  // namespace

std::string sweep_html(const SweepAnswer& unsafe) {
  const SweepAnswer answer = printable_answer(unsafe);
  const Json points = scatter_data(answer);
  HtmlPage page;
  page.verdict = "SWEEP";
  page.mood = "good";
  page.subject = answer.scenario_name;
  page.sentence = sweep_headline(answer);
  page.title = fmt::format("SWEEP {} – tidemark", answer.scenario_name);
  page.tidemark_version = answer.tidemark_version;
  std::string plot;
  if (!points.empty())
    plot =
        "<p>Each point is a cell. No cell of the Pareto set is beaten by "
        "another in both; the knee is as far as memory can go down within the "
        "loss that is allowed.</p>\n"
        "<div class=\"plot\" data-plot=\"scatter\"></div>\n";
  page.sections = {{"answer", "Answer", answer_section(answer)},
                   {"cells", "Cells", cells_table(answer)},
                   {"scatter", "Memory against throughput", plot},
                   {"heat", "Two factors", heat_section(answer)},
                   {"effects", "Effects", effects_section(answer)},
                   {"runs", "Runs", runs_section(answer)}};
  page.data = {{"scatter", points}};
  return html_page(page);
}

}  // namespace tidemark
