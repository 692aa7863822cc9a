#include <fmt/format.h>

#include <algorithm>

#include "harness/report/advice.h"
#include "harness/report/names.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kRows = 20;
constexpr std::size_t kWays = 12;
constexpr std::size_t kFactHang = 15;  // below the facts of "  memory       "

std::string fact(const char* label, const std::string& text,
                 std::size_t width) {
  return wrapped(fmt::format("  {:<13}{}", label, text), kFactHang, width);
}

std::string connections_lines(const LoadCounts& load, std::size_t width) {
  std::string text = fmt::format("{} opened", number_text(load.opened));
  if (load.attempted != load.opened)
    text += fmt::format(" of {} tried", number_text(load.attempted));
  text += "; closed by";
  const char* separator = " ";
  std::size_t shown = 0;
  Count rest;
  for (const auto& [way, count] : load.closed) {
    if (++shown > kWays) {
      rest += count;
      continue;
    }
    text += fmt::format("{}{} {}", separator, way, number_text(count));
    separator = ", ";
  }
  if (shown > kWays)
    text += fmt::format(", {} by {} more, in the record", number_text(rest),
                        plural(double(shown - kWays), "way"));
  text = fact("connections", text, width);
  std::string troubles;
  auto trouble = [&](Count count, const char* what) {
    if (count.value == 0) return;
    troubles += fmt::format("{}{} {}", troubles.empty() ? "" : ", ",
                            number_text(count), what);
  };
  trouble(load.refused, "refused");
  trouble(load.failed, "failed in the handshake");
  trouble(load.early_closed, "ended early by the service");
  trouble(load.reply_errors, "wrong or missing replies");
  trouble(load.close_timeouts, "closes not answered");
  if (!troubles.empty()) text += fact("", troubles, width);
  if (load.programs.value > 0)
    text += fact(
        "programs",
        fmt::format("{} with exit code 0, {} on average",
                    plural(static_cast<double>(load.programs.value), "run"),
                    duration_text(load.program_time / load.programs.value)),
        width);
  for (const auto& [reason, count] : load.reasons)
    text += fact("", fmt::format("{} × {}", number_text(count), reason), width);
  return text;
}

// What the allocator gave back in the last purge that gave anything.
std::string purge_line(const RunRecord& record, std::size_t width) {
  for (auto at = record.purges.rbegin(); at != record.purges.rend(); ++at) {
    const Bytes given = at->rss_before - at->rss_after;
    if (given.value <= 0 || at->allocator == "not purged") continue;
    return fact("purge",
                fmt::format("{} gave back {} of {} after cycle {}",
                            at->allocator, bytes_text(given),
                            bytes_text(at->rss_before), at->cycle.value),
                width);
  }
  return {};
}

const KernelSample* last_sample(const RunRecord& record,
                                const std::string& moment) {
  for (auto at = record.kernel.rbegin(); at != record.kernel.rend(); ++at)
    if (at->moment == moment) return &*at;
  return nullptr;
}

std::string kernel_line(const RunRecord& record, std::size_t width) {
  const KernelSample* before = last_sample(record, "baseline");
  const KernelSample* after = last_sample(record, "settled");
  if (!before || !after) return {};
  auto moved = [](Count a, Count b) {
    return a == b ? number_text(b)
                  : fmt::format("{} (was {})", number_text(b), number_text(a));
  };
  auto connections = [](const KernelSample& sample) {
    Count sum;
    for (const auto& [state, count] : sample.sockets)
      if (state != "LISTEN") sum += count;
    return sum;
  };
  return fact("kernel",
              fmt::format("PSS {}, fds {}, threads {}, connections {}",
                          bytes_text(after->pss),
                          moved(before->fds.total(), after->fds.total()),
                          moved(before->threads, after->threads),
                          moved(connections(*before), connections(*after))),
              width);
}

// Without a heap's view there is none: zero bytes.
std::string limit_line(const DetectionLimit& limit, std::size_t width) {
  if (limit.bytes_per_connection <= 0) return {};
  return fact(
      "limit",
      fmt::format("a leak of {} per connection would have been seen, "
                  "over {}",
                  bytes_text(limit.bytes_per_connection),
                  plural(double(limit.connections.value), "connection")),
      width);
}

std::string service_line(const RunRecord& record, std::size_t width) {
  const ServiceRecord& service = record.service;
  if (service.attached)
    return fact(
        "service",
        service.left_behind.empty()
            ? fmt::format("attached to process {}, left as it was", service.pid)
            : fmt::format("attached to process {}", service.pid),
        width);
  if (never_started(record)) return fact("service", "never started", width);
  if (!service.exit) return {};
  std::string text = "ended";
  if (service.exit->code)
    text = fmt::format("exit code {}", *service.exit->code);
  if (service.exit->signal)
    text = fmt::format("signal {}", *service.exit->signal);
  if (service.exit->killed_by_us)
    text += ", killed: it did not stop when asked";
  return fact("service", text, width);
}

// A column of the table is narrow; the class has its full word in the text.
const char* short_word(FindingClass kind) {
  if (kind == FindingClass::kUpstream) return "upstream";
  return kind == FindingClass::kAllocatorRetained ? "retained" : to_word(kind);
}

// Leading namespaces go first when there is no room for all of the name.
std::string fitted(std::string name, std::size_t room) {
  while (columns(name) > room) {
    const std::size_t colons = name.find("::");
    if (colons == name.npos) break;
    name.erase(0, colons + 2);
  }
  return clipped(name, room);
}

// class, bytes per unit, blocks per unit, unit, residue; then the site.
constexpr const char* kRow = "  {:<12}{:>9}{:>8}  {:<15}{:>10}  {}\n";
constexpr std::size_t kBeforeSite = 60;

std::string finding_row(const RunRecord& record, const Finding& finding,
                        std::size_t room) {
  const SiteRecord* site =
      finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
  const Frame* frame = site ? guilty_frame(*site) : nullptr;
  const bool rated = finding.rate.bytes_per_unit != 0;
  // Descriptors are counted, not weighed, and not per anything; connections
  // to a stand-in have a rate.
  const bool upstream = finding.kind == FindingClass::kUpstream;
  const bool counted = finding.kind == FindingClass::kDescriptors ||
                       (!upstream && !finding.standin.empty());
  const double blocks = rated || upstream ? finding.rate.objects_per_unit
                        : counted         ? double(finding.objects.value)
                                          : 0;
  const bool has_unit = (rated || counted || upstream) && !finding.unit.empty();
  return fmt::format(
      fmt::runtime(kRow),
      finding.suppressed ? "suppressed" : short_word(finding.kind),
      rated ? bytes_text(finding.rate.bytes_per_unit) : "–",
      blocks != 0 ? number_text(blocks) : "–",
      has_unit ? clipped(finding.unit, 15) : "–",
      finding.residue.value != 0 ? bytes_text(finding.residue) : "–",
      frame                     ? fitted(short_name(frame->function), room)
      : finding.standin.empty() ? "–"
                                : clipped("to " + finding.standin, room));
}

}  // namespace

bool never_started(const RunRecord& record) {
  const ServiceRecord& service = record.service;
  return record.error && !service.attached && !service.exit && service.pid == 0;
}

std::string findings_table(const RunRecord& record, const ReportStyle& style) {
  const std::vector<Finding>& findings = record.judgement->findings;
  if (findings.empty()) return {};
  const std::size_t width = width_of(style);
  const std::size_t room = width > kBeforeSite + 12 ? width - kBeforeSite : 12;
  // A class is not allocated by anybody.
  const bool classes = noun_of(record, findings.front()) == "object";
  std::string text =
      fmt::format(fmt::runtime("\n" + std::string(kRow)), "class", "bytes per",
                  classes ? "objects" : "blocks", "unit", "residue",
                  classes ? "of class" : "allocated by");
  for (std::size_t i = 0; i < findings.size() && i < kRows; ++i)
    text += finding_row(record, findings[i], room);
  if (findings.size() > kRows)
    text += fmt::format("  … and {} more, in the record\n",
                        findings.size() - kRows);
  return text;
}

// Of a service of one process, the facts below say all of it.
std::string processes_table(const RunRecord& record, const ReportStyle& style) {
  constexpr std::size_t kMostProcesses = 20;
  constexpr std::size_t kBeforeCommand = 53;
  const std::vector<ServiceProcess>& processes = record.service.processes;
  if (processes.size() < 2) return {};
  const std::size_t width = width_of(style);
  const std::size_t room =
      width > kBeforeCommand + 12 ? width - kBeforeCommand : 12;
  constexpr const char* kProcess = "  {:<9}{:>11}{:>9}{:>11}{:>10}  {}\n";
  std::string text =
      fmt::format(fmt::runtime("\n" + std::string(kProcess)), "process",
                  "live heap", "blocks", "residue", "PSS", "command");
  for (std::size_t i = 0; i < processes.size() && i < kMostProcesses; ++i) {
    const ServiceProcess& one = processes[i];
    text +=
        fmt::format(fmt::runtime(kProcess), one.pid, bytes_text(one.live_bytes),
                    number_text(one.live_objects),
                    one.residue.value != 0 ? bytes_text(one.residue) : "–",
                    one.pss.value != 0 ? bytes_text(one.pss) : "ended",
                    clipped(one.command.empty() ? "–" : one.command, room));
  }
  if (processes.size() > kMostProcesses)
    text += fmt::format("  … and {} more, in the record\n",
                        processes.size() - kMostProcesses);
  return text;
}

std::string facts_section(const RunRecord& record, const ReportStyle& style) {
  const std::size_t width = width_of(style);
  std::string text = "\n";
  if (record.connections.attempted.value > 0)
    text += connections_lines(record.connections, width);
  text += purge_line(record, width);
  text += kernel_line(record, width);
  if (record.judgement && record.judgement->limit.connections.value > 0)
    text += limit_line(record.judgement->limit, width);
  if (const std::string lasts = forecast_fact(record); !lasts.empty())
    text += fact("forecast", lasts, width);
  if (!record.audit.empty()) text += fact("audit", record.audit, width);
  for (const std::string& what : record.service.facts)
    text += fact("runtime", what, width);
  for (const std::string& what : record.service.invisible)
    text += fact("invisible", what, width);
  for (const std::string& what : record.service.left_behind)
    text += fact("left", what, width);
  text += service_line(record, width);
  text +=
      fact("run",
           fmt::format(
               "{} in {}, allocator {}{}{}",
               plural(double(record.cycles.size()), "cycle"),
               duration_text(record.took),
               record.service.allocator.empty() ? "not seen"
                                                : record.service.allocator,
               record.stopped_because.empty() ? "" : "; no more were needed: ",
               record.stopped_because),
           width);
  const std::string next = next_step(record);
  if (!next.empty()) text += fact("next", next, width);
  return text;
}

}  // namespace tidemark
