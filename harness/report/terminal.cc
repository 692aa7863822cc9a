#include "harness/report/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "harness/report/memory_limit_text.h"
#include "harness/report/printable_record.h"
#include "harness/report/sections.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

struct Colours {
  const char* good = "";
  const char* bad = "";
  const char* doubt = "";
  const char* plain = "";
};

Colours colours_for(const ReportStyle& style) {
  if (!style.colour) return {};
  return {"\033[1;32m", "\033[1;31m", "\033[1;33m", "\033[0m"};
}

const char* colour_of(Outcome outcome, const Colours& colours) {
  if (outcome == Outcome::kPass) return colours.good;
  return outcome == Outcome::kLeak || outcome == Outcome::kError
             ? colours.bad
             : colours.doubt;
}

std::string headline(const RunRecord& record, const Colours& colours,
                     std::size_t width) {
  const Outcome outcome = outcome_of(record);
  const std::string word = headline_word(record);
  // Wrapped before it is coloured: escapes have no width.
  std::string line =
      wrapped(fmt::format("{}  {}: {}", word, record.scenario_name,
                          headline_reason(record)),
              2, width);
  line.insert(word.size(), colours.plain);
  return line.insert(0, colour_of(outcome, colours));
}

class TerminalReporter final : public Reporter {
 public:
  std::string render(const RunRecord& unsafe,
                     const ReportStyle& style) const override {
    const RunRecord record = printable_record(unsafe);
    const std::size_t width = width_of(style);
    std::string text = headline(record, colours_for(style), width);
    if (const std::string label = partial_label(record); !label.empty())
      text += wrapped(label, 2, width);
    text += error_section(record, style);
    if (record.judgement) {
      int number = 0;
      for (const Finding* finding : numbered(*record.judgement))
        if (is_worth_a_section(*finding))
          text += finding_section(record, *finding, ++number, style);
      text += findings_table(record, style);
    }
    text += suppressions_section(record, style);
    text += post_mortem_section(record, style);
    text += open_memory_section(record, style);
    text += churn_section(record, style);
    text += standins_table(record, style);
    text += answers_table(record, style);
    text += memory_table(record, style);
    text += memory_limit_section(record, style);
    text += processes_table(record, style);
    text += facts_section(record, style);
    return text;
  }
};

}  // namespace

std::unique_ptr<Reporter> make_terminal_reporter() {
  return std::make_unique<TerminalReporter>();
}

}  // namespace tidemark
