#include <fmt/format.h>

#include <algorithm>

#include "harness/report/names.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kRows = 20;

std::string connections_line(const LoadCounts& load) {
  std::string text = fmt::format("  connections  {} opened; closed by",
                                 number_text(load.opened));
  constexpr CloseBehavior kAll[] = {CloseBehavior::kGraceful,
                                    CloseBehavior::kReset, CloseBehavior::kFin};
  const char* separator = " ";
  for (CloseBehavior behavior : kAll) {
    Count count = load.closed[static_cast<std::size_t>(behavior)];
    text += fmt::format("{}{} {}", separator, to_word(behavior),
                        number_text(count));
    separator = ", ";
  }
  text += "\n";
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
  if (!troubles.empty()) text += fmt::format("               {}\n", troubles);
  for (const auto& [reason, count] : load.reasons)
    text += fmt::format("               {} × {}\n", number_text(count), reason);
  return text;
}

std::string memory_lines(const MemorySplit& memory) {
  std::string text = fmt::format(
      "  memory       {} live heap, {} own mappings, {} held by the "
      "allocator\n",
      bytes_text(memory.live_heap), bytes_text(memory.mappings),
      bytes_text(memory.allocator_held));
  for (const auto& [module, bytes] : memory.mappings_by_module)
    text += fmt::format("               {} mapped by {}\n", bytes_text(bytes),
                        short_path(module, 50));
  return text;
}

const KernelSample* last_sample(const RunRecord& record,
                                const std::string& moment) {
  for (auto at = record.kernel.rbegin(); at != record.kernel.rend(); ++at)
    if (at->moment == moment) return &*at;
  return nullptr;
}

std::string kernel_line(const RunRecord& record) {
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
  return fmt::format(
      "  kernel       PSS {}, fds {}, threads {}, connections {}\n",
      bytes_text(after->pss), moved(before->fds.total(), after->fds.total()),
      moved(before->threads, after->threads),
      moved(connections(*before), connections(*after)));
}

std::string limit_line(const DetectionLimit& limit) {
  return fmt::format(
      "  limit        a leak of {} per connection would have been seen, over "
      "{} connections\n",
      bytes_text(limit.bytes_per_connection), number_text(limit.connections));
}

}  // namespace

std::string findings_table(const RunRecord& record, const ReportStyle&) {
  const std::vector<Finding>& findings = record.judgement->findings;
  if (findings.empty()) return {};
  std::string text =
      fmt::format("\n  {:<13}{:>11}{:>9}  {:<16}{:>10}  {}\n", "class",
                  "bytes per", "blocks", "unit", "residue", "allocated by");
  for (std::size_t i = 0; i < findings.size() && i < kRows; ++i) {
    const Finding& finding = findings[i];
    const SiteRecord* site =
        finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
    const Frame* frame = site ? guilty_frame(*site) : nullptr;
    bool rated = finding.rate.bytes_per_unit != 0;
    text += fmt::format(
        "  {:<13}{:>11}{:>9}  {:<16}{:>10}  {}\n", to_word(finding.kind),
        rated ? bytes_text(finding.rate.bytes_per_unit) : "–",
        rated ? number_text(finding.rate.objects_per_unit) : "–",
        rated ? finding.unit : "–", bytes_text(finding.residue),
        frame ? short_name(frame->function) : "–");
  }
  if (findings.size() > kRows)
    text += fmt::format("  … and {} more, in the record\n",
                        findings.size() - kRows);
  return text;
}

std::string facts_section(const RunRecord& record) {
  std::string text = "\n";
  if (record.connections.attempted.value > 0)
    text += connections_line(record.connections);
  if (record.memory) text += memory_lines(*record.memory);
  text += kernel_line(record);
  if (record.judgement && record.judgement->limit.connections.value > 0)
    text += limit_line(record.judgement->limit);
  for (const std::string& what : record.service.invisible)
    text += fmt::format("  invisible    {}\n", what);
  text += fmt::format(
      "  run          {} cycles in {}, allocator {}\n", record.cycles.size(),
      duration_text(record.took),
      record.service.allocator.empty() ? "not seen" : record.service.allocator);
  return text;
}

}  // namespace tidemark
