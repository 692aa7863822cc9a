#include <fmt/format.h>

#include <algorithm>

#include "harness/report/advice.h"
#include "harness/report/names.h"
#include "harness/report/retention_text.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kHang = 5;       // below "  1. "
constexpr std::size_t kWaysShown = 9;  // lines of who holds a finding

// The rings as two rows; the oldest are left out when all do not fit.
std::string ring_rows(const Finding& finding, const std::string& noun,
                      std::size_t width) {
  constexpr std::size_t kLabel = 26;
  std::string opened, left;
  std::size_t used = kLabel + 2;
  std::size_t first = finding.rings.size();
  for (; first > 0; --first) {
    const FindingRing& ring = finding.rings[first - 1];
    const std::string above = number_text(ring.connections);
    const std::string below = number_text(ring.objects);
    const std::size_t wide = std::max(above.size(), below.size()) + 1;
    if (used + wide > width) break;
    opened.insert(0, fmt::format("{:>{}}", above, wide));
    left.insert(0, fmt::format("{:>{}}", below, wide));
    used += wide;
  }
  const char* cut = first > 0 ? " …" : "";
  // Nobody counted connections: it was watched, and not loaded.
  if (opened.find_first_not_of(" 0") == opened.npos)
    return fmt::format("     blocks by period of birth{}{}\n", cut, left);
  const std::string kept =
      finding.standin.empty() ? noun + "s still there" : "upstreams left open";
  return fmt::format(
      "     connections per cycle{}{}\n"
      "     {:<21}{}{}\n",
      cut, opened, kept, cut, left);
}

// "function  file:line", on two lines where one is too short.
std::string frame_line(const Frame& frame, std::size_t width) {
  const std::string name = clipped(short_name(frame.function), width - 7);
  const std::string place = location_of(frame);
  if (7 + columns(name) + 2 + columns(place) <= width)
    return fmt::format("       {}  {}\n", name, place);
  return fmt::format("       {}\n         {}\n", name, place);
}

// Per unit, of the place that names it.
double own_objects(const Finding& finding) {
  return finding.members.empty() ? finding.rate.objects_per_unit
                                 : finding.members.front().objects_per_unit;
}

// What a thread holds goes with it.
std::string objects_with_it(const Finding& finding) {
  const double rest = finding.rate.objects_per_unit - own_objects(finding);
  if (rest <= 0) return {};
  return fmt::format(", and with it {} in {}",
                     bytes_text(finding.rate.bytes_per_unit -
                                finding.members.front().bytes_per_unit),
                     plural(rest, "object"));
}

}  // namespace

std::string headline_word(const RunRecord& record) {
  // It has an outcome, as every record, and nobody judged it.
  if (record.watched && !record.error) return "WATCHED";
  const Outcome outcome = outcome_of(record);
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

std::string headline_reason(const RunRecord& record) {
  if (record.error)
    return record.error->message.substr(0, record.error->message.find('\n'));
  if (record.partial) return "the run did not reach its verdict";
  return record.judgement ? record.judgement->reason : "";
}

std::string partial_label(const RunRecord& record) {
  if (!record.partial || never_started(record)) return {};
  std::string where;
  if (!record.phases.empty())
    where = fmt::format(" in phase \"{}\"", record.phases.back().name);
  return fmt::format(
      "PARTIAL RECORD: the run ended early{}; what follows is what "
      "was known then.",
      where);
}

std::string sentence_of(const RunRecord& record, const Finding& finding) {
  const SiteRecord* site =
      finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
  std::string where =
      site ? fmt::format(" {} {}", relation_of(*site), place_of(*site)) : "";
  const std::string noun = noun_of(record, finding);
  // Of threads it says little what their stacks take.
  const bool threads = site && site->kind == MemoryKind::kThread;
  // A budget of the peak: nothing stays behind, and there is no one site.
  if (finding.unit == kOpenConnection) return {};
  // Connections to a stand-in: the evidence says it all.
  if (!finding.standin.empty()) return {};
  switch (finding.kind) {
    case FindingClass::kLeak:
      if (threads)
        return fmt::format("Every {} leaves {} behind,{}{}.", finding.unit,
                           plural(own_objects(finding), noun), where,
                           objects_with_it(finding));
      return fmt::format("Every {} leaves {} in {} behind{}{}.", finding.unit,
                         bytes_text(finding.rate.bytes_per_unit),
                         plural(finding.rate.objects_per_unit, noun),
                         where.empty() ? "" : ",", where);
    case FindingClass::kTimeGrowth:
      return fmt::format(
          "Whether anybody is connected or not, {} in {} are kept every "
          "{}{}{}.",
          bytes_text(finding.rate.bytes_per_unit),
          plural(finding.rate.objects_per_unit, noun), finding.unit,
          where.empty() ? "" : ",", where);
    case FindingClass::kUndecided:
      return fmt::format(
          "{} in {} stayed behind{}, and it is not clear per "
          "what.",
          bytes_text(finding.residue),
          plural(double(finding.objects.value), noun), where);
    case FindingClass::kAllocatorRetained:
      if (const std::string_view runtime = runtime_of(record); !runtime.empty())
        return fmt::format("{} that are none of its objects stay with {}.",
                           bytes_text(finding.residue), runtime);
      return fmt::format("{} that nobody uses stay with the allocator{}{}.",
                         bytes_text(finding.residue),
                         site ? ", pinned by blocks" : "", where);
    default:
      return {};
  }
}

const SiteRecord* find_site(const RunRecord& record, SiteId id) {
  for (const SiteRecord& site : record.sites)
    if (site.id == id) return &site;
  return nullptr;
}

std::string_view runtime_of(const RunRecord& record) {
  const std::string& allocator = record.service.allocator;
  if (allocator.starts_with("go")) return "Go";
  if (allocator.starts_with("jvm")) return "the JVM";
  if (allocator.starts_with("node")) return "V8";
  return "";
}

std::string noun_of(const RunRecord& record, const SiteRecord* site) {
  if (!site) return "block";
  switch (site->kind) {
    case MemoryKind::kClass:
      return "object";
    case MemoryKind::kThread:
      return runtime_of(record) == "Go" ? "goroutine" : "thread";
    default:
      return "block";
  }
}

std::string noun_of(const RunRecord& record, const Finding& finding) {
  return noun_of(record, finding.sites.empty()
                             ? nullptr
                             : find_site(record, finding.sites[0]));
}

const char* relation_of(const SiteRecord& site) {
  switch (site.kind) {
    case MemoryKind::kClass:
      return "of the class";
    case MemoryKind::kThread:
      return "waiting in";
    default:
      return "allocated by";
  }
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
  const std::string location = location_of(*frame);
  if (site.kind == MemoryKind::kClass && location.empty())
    return frame->function;
  return fmt::format("{} ({})", short_name(frame->function), location);
}

std::string short_place_of(const SiteRecord& site) {
  const Frame* frame = guilty_frame(site);
  if (!frame) return "";
  if (site.kind == MemoryKind::kClass && site.frames.size() == 1)
    return frame->function;
  if (frame->file.empty()) return short_name(frame->function);
  const std::size_t slash = frame->file.rfind('/');
  return fmt::format("{} ({}:{})", short_name(frame->function),
                     frame->file.substr(slash + 1), frame->line);
}

std::string stack_text(const SiteRecord& site, bool all_frames,
                       std::size_t width) {
  // A class by itself is told already.
  if (site.kind == MemoryKind::kClass && site.frames.size() == 1) return {};
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
    text += frame_line(frame, width);
  }
  flush();
  if (!site.zoomed && site.kind != MemoryKind::kClass)
    text += "       (the caller alone: this site was not zoomed)\n";
  if (site.truncated)
    text += "       (the stack could not be followed further)\n";
  return text;
}

std::size_t width_of(const ReportStyle& style) {
  return std::max(style.width < 0 ? 0 : std::size_t(style.width), kNarrowest);
}

// A caret below a line of a file stays below its column: not wrapped.
std::string error_section(const RunRecord& record, const ReportStyle& style) {
  if (!record.error) return {};
  std::string text;
  std::size_t newline = record.error->message.find('\n');
  if (newline != std::string::npos)
    text += record.error->message.substr(newline + 1) + "\n";
  std::string_view hint = record.error->hint;
  while (!hint.empty()) {
    const std::size_t end = std::min(hint.find('\n'), hint.size());
    text +=
        wrapped(fmt::format("  {}", hint.substr(0, end)), 2, width_of(style));
    hint.remove_prefix(std::min(end + 1, hint.size()));
  }
  return text;
}

bool is_worth_a_section(const Finding& finding) {
  if (finding.suppressed) return false;
  return finding.fails || finding.kind == FindingClass::kUndecided ||
         finding.kind == FindingClass::kAllocatorRetained;
}

std::vector<const Finding*> numbered(const Judgement& judgement) {
  std::vector<const Finding*> findings;
  for (const Finding& finding : judgement.findings)
    findings.push_back(&finding);
  std::stable_partition(
      findings.begin(), findings.end(),
      [](const Finding* finding) { return is_worth_a_section(*finding); });
  return findings;
}

std::string finding_section(const RunRecord& record, const Finding& finding,
                            int number, const ReportStyle& style) {
  const std::size_t width = width_of(style);
  const std::string told = sentence_of(record, finding);
  std::string text = "\n";
  text += wrapped(fmt::format("{:>3}. {}", number,
                              told.empty() ? finding.explanation : told),
                  kHang, width);
  if (!told.empty() && !finding.explanation.empty())
    text += wrapped(fmt::format("     {}.", finding.explanation), kHang, width);
  if (!finding.sites.empty())
    if (const SiteRecord* site = find_site(record, finding.sites[0]))
      text += stack_text(*site, style.all_frames, width);
  text += members_section(record, finding, style);
  if (finding.retention)
    text += retention_text(record, *finding.retention,
                           static_cast<std::size_t>(number), kWaysShown, kHang,
                           width);
  if (!finding.rings.empty())
    text += ring_rows(finding, noun_of(record, finding), width);
  const std::string lasts = forecast_line(record, finding);
  if (!lasts.empty()) text += wrapped("     " + lasts, kHang, width);
  const std::string advice = advice_for(record, finding);
  if (!advice.empty())
    text += wrapped(fmt::format("     To do: {}.", advice), kHang, width);
  return text + fingerprint_section(record, finding);
}

std::string post_mortem_section(const RunRecord& record,
                                const ReportStyle& style) {
  if (record.post_mortem.empty()) return {};
  std::string text = "\nWhat the service held when it died:\n";
  for (const LastHeld& held : record.post_mortem) {
    const SiteRecord* site = find_site(record, held.site);
    text +=
        wrapped(fmt::format("  {:>10} in {:>12}  {}", bytes_text(held.bytes),
                            plural(double(held.objects.value), "block"),
                            site ? place_of(*site) : "an unknown caller"),
                29, width_of(style));
  }
  return text;
}

}  // namespace tidemark
