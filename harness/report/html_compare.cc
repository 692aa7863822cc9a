// The page of a comparison.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "harness/report/compare_words.h"
#include "harness/report/html.h"
#include "harness/report/html_page.h"
#include "harness/report/html_parts.h"
#include "harness/report/html_sections.h"
#include "harness/report/printable_record.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;
using StacksOf = std::vector<FlameStack> (*)(const RunRecord&);

constexpr std::size_t kLargest = 40;  // changes, in the table

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return text;
}

const char* mood_of(ComparisonOutcome outcome) {
  switch (outcome) {
    case ComparisonOutcome::kNothingWorse:
      return "good";
    case ComparisonOutcome::kWorse:
      return "bad";
    case ComparisonOutcome::kInconclusive:
      break;
  }
  return "doubt";
}

// Runs of one version have no reason to open as many connections as those of
// the other: a planned run ends when it knows enough.
ScaledStacks per_connection(const std::vector<RunRecord>& runs, StacksOf of) {
  ScaledStacks side;
  double connections = 0;
  for (const RunRecord& run : runs) {
    const std::vector<FlameStack> stacks = of(printable_record(run));
    side.stacks.insert(side.stacks.end(), stacks.begin(), stacks.end());
    const Count measured = run.judgement ? run.judgement->limit.connections
                                         : run.connections.opened;
    connections += static_cast<double>(std::max<std::int64_t>(
        measured.value > 0 ? measured.value : run.connections.opened.value, 0));
  }
  side.scale = connections > 0 ? 1 / connections : 1;
  return side;
}

struct Change {
  double before = 0;
  double after = 0;
};

std::string changes_table(const ScaledStacks& before,
                          const ScaledStacks& after) {
  std::map<std::vector<std::string>, Change> changes;
  for (const FlameStack& stack : before.stacks)
    changes[stack.frames].before +=
        static_cast<double>(stack.bytes.value) * before.scale;
  for (const FlameStack& stack : after.stacks)
    changes[stack.frames].after +=
        static_cast<double>(stack.bytes.value) * after.scale;
  std::vector<std::pair<std::vector<std::string>, Change>> sorted(
      changes.begin(), changes.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) {
                     return std::abs(a.second.after - a.second.before) >
                            std::abs(b.second.after - b.second.before);
                   });
  HtmlTable table("The largest changes, per connection",
                  {{"change", true},
                   {"OLD", true},
                   {"NEW", true},
                   {"from the root to the leaf"}});
  for (std::size_t i = 0; i < sorted.size() && i < kLargest; ++i) {
    const auto& [frames, change] = sorted[i];
    std::string stack;
    for (const std::string& frame : frames)
      stack += (stack.empty() ? "" : " → ") + clipped(frame, 200);
    table.add({(change.after > change.before ? "+" : "") +
                   bytes_text(change.after - change.before),
               bytes_text(change.before), bytes_text(change.after), stack});
  }
  return table.html();
}

std::string difference(const char* title, const char* about, StacksOf of,
                       const std::vector<RunRecord>& before,
                       const std::vector<RunRecord>& after, TextTable& texts,
                       Json& flames) {
  const ScaledStacks old_side = per_connection(before, of);
  const ScaledStacks new_side = per_connection(after, of);
  if (old_side.stacks.empty() && new_side.stacks.empty()) return {};
  std::string html = html_flame_place(flames.size(), title, about,
                                      changes_table(old_side, new_side));
  flames.push_back(flame_difference(old_side, new_side, texts));
  return html;
}

std::string findings_table(const VersionComparison& comparison) {
  HtmlTable table("Findings of either version", {{"finding"},
                                                 {"change"},
                                                 {"OLD", true},
                                                 {"NEW", true},
                                                 {"what it means"},
                                                 {"fingerprint"}});
  for (const FindingChange& change : comparison.findings)
    table.add({subject_of(change), to_word(change.change),
               rate_text(change.before, change.in_bytes),
               rate_text(change.after, change.in_bytes), change.told,
               change.fingerprint},
              change.fails ? "fails" : "");
  return table.empty() ? html_text("p", "Neither version has a finding.")
                       : table.html();
}

std::string figures_table(const VersionComparison& comparison) {
  HtmlTable table("Speed, and memory of open connections", {{"figure"},
                                                            {"OLD", true},
                                                            {"NEW", true},
                                                            {"change", true},
                                                            {"interval", true},
                                                            {"which is"}});
  for (const FigureChange& figure : comparison.figures) {
    const FigureCells cells = cells_of(figure);
    table.add({cells.label, cells.before, cells.after, cells.change,
               cells.interval, cells.verdict},
              figure.fails ? "fails" : "");
  }
  return table.html();
}

std::string runs_table(const VersionComparison& comparison) {
  HtmlTable table(
      "Runs", {{"version"}, {"outcome"}, {"reason"}, {"began"}, {"record"}});
  const auto add = [&table](const char* which, const ComparedSide& side) {
    for (const ComparedRun& run : side.runs)
      table.add({which, to_word(run.outcome), run.reason, run.started_at,
                 run.kept_at});
  };
  add("OLD", comparison.before);
  add("NEW", comparison.after);
  HtmlFacts facts;
  facts.add("OLD", fmt::format("{} ({})", comparison.before.name,
                               comparison.before.path));
  facts.add("NEW", fmt::format("{} ({})", comparison.after.name,
                               comparison.after.path));
  facts.add("began", comparison.started_at);
  facts.add("took", duration_text(comparison.took));
  return facts.html() + table.html();
}

}  // namespace

std::string compare_html(const VersionComparison& unsafe,
                         const std::vector<RunRecord>& before,
                         const std::vector<RunRecord>& after) {
  const VersionComparison comparison = printable_comparison(unsafe);
  HtmlPage page;
  page.verdict = upper(to_word(comparison.outcome));
  page.mood = mood_of(comparison.outcome);
  page.subject =
      fmt::format("{} → {}", comparison.before.name, comparison.after.name);
  page.sentence = comparison.reason;
  page.title = fmt::format("{} {} – tidemark", page.verdict, page.subject);
  page.tidemark_version = comparison.tidemark_version;
  for (const std::string& note : comparison.notes)
    page.below += html_text("p", note, "note");
  constexpr const char* kColours =
      "Bytes per connection. A frame is as wide as the larger of its two "
      "sides: red is more in NEW, blue is less.";
  TextTable texts;
  Json flames = Json::array();
  std::string graphs = difference("What stayed, by who allocated it", kColours,
                                  residue_stacks, before, after, texts, flames);
  graphs += difference("What stayed, by who holds it", kColours, holder_stacks,
                       before, after, texts, flames);
  page.sections = {{"findings", "Findings", findings_table(comparison)},
                   {"figures", "Figures", figures_table(comparison)},
                   {"flames", "Difference of the flame graphs", graphs},
                   {"runs", "Runs", runs_table(comparison)}};
  page.data = {{"flames", std::move(flames)}, {"texts", texts.json()}};
  return html_page(page);
}

}  // namespace tidemark
