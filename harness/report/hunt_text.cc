#include <fmt/format.h>

#include <algorithm>

#include "harness/report/hunt_report.h"
#include "harness/report/hunt_sentences.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kNarrowest = 60;
constexpr std::size_t kFactHang = 15;
constexpr std::size_t kItemHang = 19;

std::string fact(const char* label, const std::string& text,
                 std::size_t width) {
  return wrapped(fmt::format("  {:<13}{}", label, printable(text)), kFactHang,
                 width);
}

std::string detail(const char* label, const std::string& text,
                   std::size_t width) {
  if (text.empty()) return {};
  return wrapped(fmt::format("     {:<14}{}", label, printable(text)),
                 kItemHang, width);
}

std::string headline(const HuntReport& report) {
  const auto with = [&report](HuntStanding standing) {
    return std::count_if(
        report.findings.begin(), report.findings.end(),
        [standing](const HuntFinding& f) { return f.standing == standing; });
  };
  const auto confirmed = with(HuntStanding::kConfirmed);
  const auto released = with(HuntStanding::kReleased);
  const auto others = std::ssize(report.findings) - confirmed - released;
  switch (outcome_of(report)) {
    case Outcome::kLeak:
      return fmt::format(
          "FOUND  {}, {}{}", plural(double(confirmed), "finding"),
          confirmed == 1 ? "confirmed by a scenario of its own"
                         : "each confirmed by a scenario",
          others > 0 ? fmt::format("; {} more in doubt", others) : "");
    case Outcome::kPass:
      return released == 0
                 ? "NOTHING FOUND"
                 : fmt::format(
                       "NOTHING FOUND that stays; {} that a timeout of "
                       "the service's ends",
                       plural(double(released), "thing"));
    case Outcome::kError:
      return fmt::format("ERROR  {}", report.error->message);
    default:
      return fmt::format("INCONCLUSIVE  {}",
                         others > 0
                             ? fmt::format("{} that no smaller run confirms",
                                           plural(double(others), "finding"))
                             : "not everything could be judged");
  }
}

std::string standing_text(const HuntFinding& finding) {
  switch (finding.standing) {
    case HuntStanding::kConfirmed:
      break;
    case HuntStanding::kReleased:
      return fmt::format(
          "released within {}: a timeout of the service's, and "
          "no leak",
          duration_text(finding.watched));
    case HuntStanding::kSeenOnce:
      return fmt::format("seen once, with {} together; not confirmed",
                         plural(double(finding.ways.size()), "way"));
    case HuntStanding::kNotFollowed:
      return "seen once; there was no time to follow it up";
  }
  std::string text = "confirmed";
  if (finding.watched > Duration{})
    text +=
        fmt::format(", still there after {}", duration_text(finding.watched));
  // "connection" may also be several ways in a list, which is told then.
  if (finding.kind == HuntKind::kGrowth && finding.blamed.size() < 2 &&
      finding.screened_unit != hunt_per(finding))
    text += fmt::format("; with all ways together it was per {}",
                        finding.screened_unit);
  return text;
}

std::string item(const HuntFinding& finding, int number, std::size_t width) {
  const char* kind = finding.kind == HuntKind::kDeath
                         ? "death"
                         : to_word(finding.finding.kind);
  std::string text = wrapped(
      printable(fmt::format(
          "  {}. {}: {}{}", number, kind, hunt_what(finding),
          finding.kind == HuntKind::kDeath ? "" : " per " + hunt_per(finding))),
      5, width);
  if (finding.kind == HuntKind::kDeath)
    text += detail("of", hunt_per(finding), width);
  else if (finding.blamed.size() > 1)
    text += detail("also of", some_of(finding.blamed), width);
  text += detail("allocated by", hunt_place(finding), width);
  text += detail("held by", hunt_holder(finding), width);
  text += detail("standing", standing_text(finding), width);
  if (!finding.file.empty())
    text += detail(
        "scenario",
        fmt::format(
            "{} ({})", finding.file,
            plural(finding.scenario.flows.front().connections, "connection")),
        width);
  return text;
}

std::string screen_line(const HuntScreen& screen, std::size_t width) {
  std::string text =
      fmt::format("{} {}: {}, {} opened", screen.protocol, screen.url,
                  plural(double(screen.ways), "way"),
                  plural(double(screen.connections.value), "connection"));
  if (screen.outcome == Outcome::kPass && screen.limit.bytes_per_connection > 0)
    text += fmt::format("; a leak of {} per connection would have been seen",
                        bytes_text(screen.limit.bytes_per_connection));
  if (!screen.reason.empty())
    text += fmt::format("; {}: {}", to_word(screen.outcome), screen.reason);
  return fact("screened", text, width);
}

}  // namespace

Outcome outcome_of(const HuntReport& report) {
  bool doubt = report.out_of_time;
  bool confirmed = false;
  for (const HuntFinding& finding : report.findings) {
    confirmed |= finding.standing == HuntStanding::kConfirmed;
    doubt |= finding.standing == HuntStanding::kSeenOnce ||
             finding.standing == HuntStanding::kNotFollowed;
  }
  if (confirmed) return Outcome::kLeak;
  if (report.error) return Outcome::kError;
  for (const HuntScreen& screen : report.screens)
    doubt |=
        screen.outcome != Outcome::kPass && screen.outcome != Outcome::kLeak;
  return doubt ? Outcome::kInconclusive : Outcome::kPass;
}

std::string hunt_text(const HuntReport& report, const ReportStyle& style) {
  const std::size_t width =
      std::max<std::size_t>(kNarrowest, static_cast<std::size_t>(style.width));
  std::string text = wrapped(printable(headline(report)), 2, width) + "\n";
  int number = 0;
  for (const HuntFinding& finding : report.findings)
    text += item(finding, ++number, width) + "\n";
  for (const HuntScreen& screen : report.screens)
    text += screen_line(screen, width);
  for (const std::string& way : report.not_tried)
    text += fact("not tried", way, width);
  if (report.out_of_time)
    text += fact("time", "--max-duration ended the hunt before its end", width);
  if (report.error && outcome_of(report) != Outcome::kError)
    text += fact("error", report.error->message, width);
  text += fact("hunt",
               fmt::format("{} in {}", plural(double(report.runs), "run"),
                           duration_text(report.took)),
               width);
  return text;
}

}  // namespace tidemark
