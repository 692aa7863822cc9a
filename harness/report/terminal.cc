#include "harness/report/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

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

std::string headline_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "PASS";
    case Outcome::kLeak:
      return "LEAK";
    case Outcome::kInconclusive:
      return "INCONCLUSIVE";
    case Outcome::kInvalid:
      return "INVALID";
    case Outcome::kError:
      break;
  }
  return "ERROR";
}

const char* colour_of(Outcome outcome, const Colours& colours) {
  if (outcome == Outcome::kPass) return colours.good;
  return outcome == Outcome::kLeak || outcome == Outcome::kError
             ? colours.bad
             : colours.doubt;
}

std::string headline(const RunRecord& record, const Colours& colours) {
  Outcome outcome = outcome_of(record);
  std::string why = record.judgement ? record.judgement->reason : "";
  if (record.error)
    why = record.error->message.substr(0, record.error->message.find('\n'));
  else if (record.partial)
    why = "the run did not reach its verdict";
  return fmt::format("{}{}{}  {}: {}\n", colour_of(outcome, colours),
                     headline_word(outcome), colours.plain,
                     record.scenario_name, why);
}

class TerminalReporter final : public Reporter {
 public:
  std::string render(const RunRecord& record,
                     const ReportStyle& style) const override {
    std::string text = headline(record, colours_for(style));
    if (record.partial)
      text +=
          "PARTIAL RECORD: the run ended early; what follows is what was "
          "known then.\n";
    text += error_section(record);
    if (record.judgement) {
      int number = 0;
      for (const Finding& finding : record.judgement->findings)
        if (is_worth_a_section(finding))
          text += finding_section(record, finding, ++number, style);
      text += findings_table(record, style);
    }
    text += post_mortem_section(record, style);
    text += facts_section(record);
    return text;
  }
};

}  // namespace

std::unique_ptr<Reporter> make_terminal_reporter() {
  return std::make_unique<TerminalReporter>();
}

}  // namespace tidemark
