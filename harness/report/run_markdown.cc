#include <fmt/format.h>

#include <string>

#include "harness/report/machine_formats.h"
#include "harness/report/markdown_text.h"
#include "harness/report/printable_record.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

const char* mark_of(Outcome outcome) {
  if (outcome == Outcome::kPass) return "✅ pass";
  if (outcome == Outcome::kLeak) return "❌ leak";
  return outcome == Outcome::kError ? "❌ error" : "❔ ";
}

std::string headline(const RunRecord& record) {
  const Outcome outcome = outcome_of(record);
  std::string word = mark_of(outcome);
  if (word.ends_with(' ')) word += to_word(outcome);
  std::string why = record.judgement ? record.judgement->reason : "";
  if (record.error)
    why = record.error->message.substr(0, record.error->message.find('\n'));
  return fmt::format("**{}** {}: {}\n", word,
                     markdown_plain(record.scenario_name), markdown_plain(why));
}

std::string rate_of(const RunRecord& record, const Finding& finding) {
  if (finding.rate.bytes_per_unit <= 0) return "–";
  return fmt::format(
      "{} in {} per {}", bytes_text(finding.rate.bytes_per_unit),
      plural(finding.rate.objects_per_unit, noun_of(record, finding)),
      finding.unit);
}

std::string row_of(const RunRecord& record, const Finding& finding) {
  const SiteRecord* site =
      finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
  const char* mark =
      finding.fails                                                     ? "❌"
      : finding.kind == FindingClass::kUndecided && !finding.suppressed ? "❔"
                                                                        : "";
  std::string held;
  if (finding.retention && !finding.retention->paths.empty())
    held = finding.retention->paths.front().root_name;
  return fmt::format(
      "| {} | {} | {} | {} | {} | {} | {} |\n", mark, to_word(finding.kind),
      markdown_plain(rate_of(record, finding)), bytes_text(finding.residue),
      markdown_plain(site ? short_place_of(*site) : ""), markdown_plain(held),
      finding.fingerprint);
}

std::string details(const RunRecord& record) {
  std::string text;
  for (const Finding* finding : numbered(*record.judgement)) {
    if (!is_worth_a_section(*finding)) continue;
    std::string told = sentence_of(record, *finding);
    if (told.empty()) told = finding->explanation;
    text += fmt::format("* {}\n", markdown_plain(told));
  }
  return text.empty() ? text : "\n" + text;
}

class MarkdownReporter final : public Reporter {
 public:
  std::string render(const RunRecord& unsafe,
                     const ReportStyle&) const override {
    const RunRecord record = printable_record(unsafe);
    std::string text = headline(record);
    if (!record.judgement) return text;
    const Judgement& judgement = *record.judgement;
    if (!judgement.findings.empty())
      text +=
          "\n| | finding | left | residue | allocated by | held by | "
          "fingerprint |\n|---|---|---|---:|---|---|---|\n";
    for (const Finding* finding : numbered(judgement))
      text += row_of(record, *finding);
    text += details(record);
    if (judgement.limit.connections.value > 0)
      text += fmt::format(
          "\nA leak of {} per connection would have been seen, over {} "
          "connections.\n",
          bytes_text(judgement.limit.bytes_per_connection),
          number_text(judgement.limit.connections));
    return text;
  }
};

}  // namespace

std::unique_ptr<Reporter> make_markdown_reporter() {
  return std::make_unique<MarkdownReporter>();
}

}  // namespace tidemark
