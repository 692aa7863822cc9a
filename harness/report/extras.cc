// The tables that only some runs have: answers to provocations, memory of
// open connections, stand-ins.
#include <fmt/format.h>

#include <algorithm>

#include "harness/report/names.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kNameColumn = 24;
constexpr std::size_t kAnswersShown = 4;
constexpr std::size_t kPlacesShown = 5;
constexpr std::size_t kLeast = 8;  // columns for a text at the end of a row

// The most frequent first.
std::vector<std::pair<std::string, Count>> by_count(
    const std::map<std::string, Count>& counts) {
  std::vector<std::pair<std::string, Count>> sorted(counts.begin(),
                                                    counts.end());
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

std::string answers_text(const std::map<std::string, Count>& answers) {
  std::string text;
  std::size_t shown = 0;
  for (const auto& [answer, count] : by_count(answers)) {
    if (++shown > kAnswersShown) break;
    text += fmt::format("{}{} × {}", text.empty() ? "" : ", ",
                        number_text(count), answer);
  }
  if (answers.size() > kAnswersShown)
    text += fmt::format(", … {} more", answers.size() - kAnswersShown);
  return text;
}

// In Go the library's function says what it is: a buffer, a table. Elsewhere
// the innermost is operator new.
std::string open_place(const RunRecord& record, const SiteRecord& site) {
  const Frame* own = guilty_frame(site);
  if (!own || own == &site.frames.front() || runtime_of(record) != "Go")
    return place_of(site);
  return fmt::format("{} called by {}",
                     short_name(site.frames.front().function), place_of(site));
}

std::string open_site_row(const RunRecord& record, const OpenSite& site,
                          double connections, std::size_t width) {
  const SiteRecord* described = find_site(record, site.site);
  const double objects = static_cast<double>(site.objects.value) / connections;
  return wrapped(
      fmt::format("  {:>10} in {:<12} {}",
                  bytes_text(site.bytes_per_connection),
                  plural(objects, noun_of(record, described)),
                  described ? open_place(record, *described) : site.place),
      29, width);
}

std::string standin_row(const StandInRecord& standin) {
  const StandInCounts& counts = standin.counts;
  return fmt::format("  {:<15}{:>10}{:>12}{:>10}{:>12}{:>12}\n",
                     clipped(standin.name, 14), number_text(counts.accepted),
                     number_text(counts.open), number_text(counts.requests),
                     bytes_text(counts.received), bytes_text(counts.sent));
}

std::string stayed_row(const StandInConnection& connection, std::size_t width) {
  std::string by = clipped(connection.opened_by, std::max(kLeast, width / 2));
  if (!by.empty()) by.insert(0, " by ");
  return wrapped(
      fmt::format("    connection {} stayed, opened after {}{}; {} in, {} out",
                  number_text(connection.number),
                  duration_text(connection.opened_after), by,
                  bytes_text(connection.received), bytes_text(connection.sent)),
      6, width);
}

}  // namespace

std::string answers_table(const RunRecord& record, const ReportStyle& style) {
  if (record.connections.answers.empty()) return {};
  std::string text =
      fmt::format("\n  {:<{}}answers\n", "provocation", kNameColumn);
  for (const auto& [way, answers] : record.connections.answers)
    text += wrapped(fmt::format("  {:<{}}{}", clipped(way, kNameColumn - 1),
                                kNameColumn, answers_text(answers)),
                    kNameColumn + 2, width_of(style));
  return text;
}

std::string open_memory_section(const RunRecord& record,
                                const ReportStyle& style) {
  if (!record.open || record.open->sites.empty()) return {};
  const OpenMemory& open = *record.open;
  if (open.connections.value <= 0 || open.bytes.value <= 0) return {};
  const double connections = static_cast<double>(open.connections.value);
  const double all = static_cast<double>(open.bytes.value);
  std::string text =
      "\n" + wrapped(fmt::format("  Each of {} holds {} of the heap:",
                                 plural(connections, "open connection"),
                                 bytes_text(all / connections)),
                     2, width_of(style));
  double rest = all, unshown = 0;
  std::size_t shown = 0;
  for (const OpenSite& site : open.sites) {
    const double bytes = static_cast<double>(site.bytes.value);
    rest -= bytes;
    if (shown == kPlacesShown) {
      unshown += bytes;
      continue;
    }
    text += open_site_row(record, site, connections, width_of(style));
    ++shown;
  }
  if (open.sites.size() > shown)
    text += fmt::format(
        "  {:>10} at {}\n", bytes_text(unshown / connections),
        plural(static_cast<double>(open.sites.size() - shown), "more place"));
  if (rest > 0)
    text += fmt::format("  {:>10} elsewhere\n", bytes_text(rest / connections));
  return text;
}

std::string standins_table(const RunRecord& record, const ReportStyle& style) {
  if (record.standins.empty()) return {};
  std::string text =
      fmt::format("\n  {:<15}{:>10}{:>12}{:>10}{:>12}{:>12}\n", "stand-in",
                  "accepted", "still open", "requests", "received", "sent");
  const std::size_t width = width_of(style);
  for (const StandInRecord& standin : record.standins) {
    text += standin_row(standin);
    for (const auto& [trouble, count] : standin.counts.troubles)
      text += wrapped(fmt::format("    {} × {}", number_text(count), trouble),
                      6, width);
    for (const StandInConnection& connection : standin.stayed)
      text += stayed_row(connection, width);
    const std::int64_t more = standin.counts.open.value -
                              static_cast<std::int64_t>(standin.stayed.size());
    if (more > 0 && !standin.stayed.empty())
      text += fmt::format("    … and {} more\n", number_text(Count{more}));
  }
  return text;
}

}  // namespace tidemark
