#include <fmt/format.h>

#include "harness/report/hunt_report.h"
#include "harness/report/hunt_sentences.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kWidth = 78;

// One paragraph as comments; what came from the service is no comment's end.
std::string comment(const std::string& paragraph) {
  std::string text = wrapped(printable(paragraph), 0, kWidth - 2);
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    result += "# " + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return result;
}

std::string found_text(const HuntFinding& finding) {
  if (finding.kind == HuntKind::kDeath)
    return fmt::format("{}, of {}.", hunt_what(finding), hunt_per(finding));
  std::string text = fmt::format("{}, {} per {}", to_word(finding.finding.kind),
                                 hunt_what(finding), hunt_per(finding));
  const std::string place = hunt_place(finding);
  const std::string holder = hunt_holder(finding);
  if (!place.empty()) text += ", allocated by " + place;
  if (!holder.empty()) text += ", held by " + holder;
  if (!finding.finding.fingerprint.empty())
    text += fmt::format(" (fingerprint {})", finding.finding.fingerprint);
  return text + ".";
}

}  // namespace

std::string hunt_comment(const std::vector<HuntFinding>& findings) {
  std::string text = "# Found by `tidemark hunt`:\n";
  for (const HuntFinding& finding : findings)
    text += comment("* " + found_text(finding));
  const HuntFinding& first = findings.front();
  text += comment(fmt::format(
      "In CI, from the folder where the hunt ran: `tidemark run {}`. Exit code "
      "{} says that it is there, 0 that it is gone.",
      first.file, first.kind == HuntKind::kDeath ? 4 : 1));
  return text;
}

}  // namespace tidemark
