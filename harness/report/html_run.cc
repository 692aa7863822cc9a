// The page of one run.
#include <fmt/format.h>

#include "harness/report/html.h"
#include "harness/report/html_page.h"
#include "harness/report/html_parts.h"
#include "harness/report/html_sections.h"
#include "harness/report/printable_record.h"
#include "harness/report/sections.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

const char* mood_of(Outcome outcome) {
  if (outcome == Outcome::kPass) return "good";
  return outcome == Outcome::kLeak || outcome == Outcome::kError ? "bad"
                                                                 : "doubt";
}

std::string below_sentence(const RunRecord& record) {
  const ReportStyle style;
  std::string text;
  if (const std::string label = partial_label(record); !label.empty())
    text += html_text("p", label, "note");
  text += html_preformatted(error_section(record, style));
  text += html_preformatted(post_mortem_section(record, style));
  if (record.judgement && record.judgement->limit.bytes_per_connection > 0 &&
      record.judgement->limit.connections.value > 0)
    text += html_text(
        "p",
        fmt::format("A leak of {} per connection would have been seen, "
                    "over {}.",
                    bytes_text(record.judgement->limit.bytes_per_connection),
                    plural(double(record.judgement->limit.connections.value),
                           "connection")));
  return text;
}

// What stayed; where nothing did, what there is.
std::vector<FlameGraph> graphs_of(const RunRecord& record) {
  std::vector<FlameGraph> graphs{
      {"What stayed, by who allocated it",
       "Bytes that were born after the baseline and are there at the end, "
       "finding by finding, from the root of the stack to the function that "
       "asked for them.",
       residue_stacks(record)},
      {"What stayed, by who holds it",
       "The same bytes by the shortest way on which they are reached: from a "
       "root of the service, holder by holder.",
       holder_stacks(record)}};
  graphs.push_back(
      {"All that was live, by who allocated it",
       "The largest sites of the heap at the end, whether they are found or "
       "not.",
       live_stacks(record)});
  graphs.push_back(
      {"All that was ever allocated, freed or not",
       "Who makes work for the allocator, whether anything stays or not: of "
       "callers whose blocks nobody suspected, the caller alone.",
       ever_allocated_stacks(record)});
  graphs.push_back({"All that was live, by who holds it",
                    "The whole heap at the end by the ways that hold most.",
                    live_holder_stacks(record)});
  return graphs;
}

class HtmlReporter final : public Reporter {
 public:
  std::string render(const RunRecord& unsafe,
                     const ReportStyle&) const override {
    const RunRecord record = printable_record(unsafe);
    HtmlPage page;
    page.verdict = headline_word(record);
    page.mood = mood_of(outcome_of(record));
    page.subject = record.scenario_name;
    page.sentence = headline_reason(record);
    page.title = fmt::format("{} {} – tidemark", page.verdict, page.subject);
    page.below = below_sentence(record);
    page.tidemark_version = record.tidemark_version;
    TextTable texts;
    Json flames = Json::array();
    const std::string graphs = html_flames(graphs_of(record), texts, flames);
    page.sections = {
        {"findings", "Findings", html_findings(record)},
        {"timeline", "Memory over time", html_timeline(record)},
        {"rings", "Rings", html_rings(record)},
        {"flames", "Flame graphs", graphs},
        {"sites", "Sites", html_sites(record)},
        {"pace", "Speed of the load", html_pace(record)},
        {"plan", "Plan", html_plan(record)},
        {"memory", "Where the memory is", html_memory(record)},
        {"environment", "Environment", html_environment(record)},
        {"suppressions", "Suppressions", html_suppressions(record)}};
    page.data = {{"timeline", timeline_data(record)},
                 {"pace", pace_data(record)},
                 {"sites", sites_data(record, texts)},
                 {"flames", std::move(flames)}};
    page.data["texts"] = texts.json();
    return html_page(page);
  }
};

}  // namespace

std::unique_ptr<Reporter> make_html_reporter() {
  return std::make_unique<HtmlReporter>();
}

}  // namespace tidemark
