#include <fmt/format.h>

#include <algorithm>

#include "harness/report/names.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kRingsShown = 16;

std::string sentence(const RunRecord& record, const Finding& finding) {
  const SiteRecord* site =
      finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
  std::string where = site ? " allocated by " + place_of(*site) : "";
  switch (finding.kind) {
    case FindingClass::kLeak:
      return fmt::format("Every {} leaves {} in {} behind,{}.", finding.unit,
                         bytes_text(finding.rate.bytes_per_unit),
                         plural(finding.rate.objects_per_unit, "block"), where);
    case FindingClass::kTimeGrowth:
      return fmt::format(
          "Whether anybody is connected or not, {} in {} are kept every {},{}.",
          bytes_text(finding.rate.bytes_per_unit),
          plural(finding.rate.objects_per_unit, "block"), finding.unit, where);
    case FindingClass::kUndecided:
      return fmt::format(
          "{} in {} stayed behind{}, and it is not clear per "
          "what.",
          bytes_text(finding.residue),
          plural(double(finding.objects.value), "block"), where);
    default:
      return {};
  }
}

std::string ring_row(const Finding& finding) {
  std::string cycles, objects;
  std::size_t first = finding.rings.size() > kRingsShown
                          ? finding.rings.size() - kRingsShown
                          : 0;
  for (std::size_t i = first; i < finding.rings.size(); ++i) {
    const FindingRing& ring = finding.rings[i];
    std::string count = number_text(ring.objects);
    std::string connections = number_text(ring.connections);
    std::size_t width = std::max(count.size(), connections.size()) + 1;
    cycles += fmt::format("{:>{}}", connections, width);
    objects += fmt::format("{:>{}}", count, width);
  }
  return fmt::format(
      "     connections per cycle{}\n     blocks still there   {}\n", cycles,
      objects);
}

}  // namespace

const SiteRecord* find_site(const RunRecord& record, SiteId id) {
  for (const SiteRecord& site : record.sites)
    if (site.id == id) return &site;
  return nullptr;
}

const Frame* guilty_frame(const SiteRecord& site) {
  for (const Frame& frame : site.frames)
    if (!frame.library) return &frame;
  return site.frames.empty() ? nullptr : &site.frames.front();
}

std::string location_of(const Frame& frame) {
  if (frame.file.empty()) return short_path(frame.module, 40);
  return fmt::format("{}:{}", short_path(frame.file, 48), frame.line);
}

std::string place_of(const SiteRecord& site) {
  const Frame* frame = guilty_frame(site);
  if (!frame) return "an unknown caller";
  return fmt::format("{} ({})", short_name(frame->function),
                     location_of(*frame));
}

std::string stack_text(const SiteRecord& site, bool all_frames) {
  std::string text;
  int folded = 0;
  auto flush = [&] {
    if (folded > 0)
      text += fmt::format("       … {}\n", plural(folded, "library frame"));
    folded = 0;
  };
  for (const Frame& frame : site.frames) {
    if (frame.library && !all_frames) {
      ++folded;
      continue;
    }
    flush();
    text += fmt::format("       {}  {}\n", short_name(frame.function),
                        location_of(frame));
  }
  flush();
  if (!site.zoomed)
    text += "       (the caller alone: this site was not zoomed)\n";
  if (site.truncated)
    text += "       (the stack could not be followed further)\n";
  return text;
}

std::string error_section(const RunRecord& record) {
  if (!record.error) return {};
  std::string text;
  std::size_t newline = record.error->message.find('\n');
  if (newline != std::string::npos)
    text += record.error->message.substr(newline + 1) + "\n";
  if (!record.error->hint.empty()) text += "  " + record.error->hint + "\n";
  return text;
}

bool is_worth_a_section(const Finding& finding) {
  return finding.fails || finding.kind == FindingClass::kUndecided;
}

std::string finding_section(const RunRecord& record, const Finding& finding,
                            int number, const ReportStyle& style) {
  std::string told = sentence(record, finding);
  std::string text = fmt::format("\n{:>3}. {}\n", number,
                                 told.empty() ? finding.explanation : told);
  if (!told.empty() && !finding.explanation.empty())
    text += fmt::format("     {}.\n", finding.explanation);
  if (!finding.sites.empty())
    if (const SiteRecord* site = find_site(record, finding.sites[0]))
      text += stack_text(*site, style.all_frames);
  if (!finding.rings.empty()) text += ring_row(finding);
  return text;
}

std::string post_mortem_section(const RunRecord& record, const ReportStyle&) {
  if (record.post_mortem.empty()) return {};
  std::string text = "\nWhat the service held when it died:\n";
  for (const LastHeld& held : record.post_mortem) {
    const SiteRecord* site = find_site(record, held.site);
    text += fmt::format("  {:>10} in {:>12}  {}\n", bytes_text(held.bytes),
                        plural(double(held.objects.value), "block"),
                        site ? place_of(*site) : "unknown");
  }
  return text;
}

}  // namespace tidemark
