#include "harness/sweep/figures.h"

#include <algorithm>
#include <functional>

#include "harness/compare/scatter.h"

namespace tidemark {
namespace {

using Figures = std::map<SweepFigure, double>;

const KernelSample* sample_at(const RunRecord& record, const char* moment) {
  for (const KernelSample& sample : record.kernel)
    if (sample.moment == moment) return &sample;
  return nullptr;
}

double per(double whole, Count parts) {
  return whole / static_cast<double>(parts.value);
}

void add_open(const RunRecord& record, Figures& figures) {
  const KernelSample* base = sample_at(record, "baseline");
  const KernelSample* open = sample_at(record, "open");
  if (base != nullptr)
    figures[SweepFigure::kBasePss] = static_cast<double>(base->pss.value);
  if (open != nullptr)
    figures[SweepFigure::kPeakRss] = static_cast<double>(open->peak_rss.value);
  if (!record.open || record.open->connections.value <= 0) return;
  const Count connections = record.open->connections;
  figures[SweepFigure::kOpenHeap] =
      per(static_cast<double>(record.open->bytes.value), connections);
  if (base == nullptr || open == nullptr) return;
  figures[SweepFigure::kOpenPss] =
      per(static_cast<double>((open->pss - base->pss).value), connections);
}

// What stays for good, as far as it is known.
double residue_of(const Judgement& judgement) {
  double residue = 0;
  for (const Finding& finding : judgement.findings)
    if (finding.unit != kOpenConnection &&
        (finding.kind == FindingClass::kLeak ||
         finding.kind == FindingClass::kUndecided))
      residue += finding.rate.bytes_per_connection;
  return residue;
}

bool is_measured(const RunRecord& record, const CycleFacts& facts) {
  const KernelSample* base = sample_at(record, "baseline");
  return facts.kind == CycleKind::kLoaded &&
         (base == nullptr || facts.index > base->cycle) &&
         facts.pace.replies.value > 0 && facts.pace.playing > Duration{};
}

// The median over the cycles; nothing if one of them has no such figure.
void add_median(const std::vector<CyclePace>& paces, SweepFigure figure,
                const std::function<double(const CyclePace&)>& value,
                Figures& figures) {
  std::vector<double> values;
  for (const CyclePace& pace : paces) values.push_back(value(pace));
  const bool known =
      std::all_of(values.begin(), values.end(), [](double v) { return v > 0; });
  if (!values.empty() && known) figures[figure] = median_of(std::move(values));
}

void add_speed(const RunRecord& record, Figures& figures) {
  std::vector<CyclePace> paces;
  for (const CycleFacts& facts : record.cycles)
    if (is_measured(record, facts)) paces.push_back(facts.pace);
  const auto add = [&](SweepFigure figure, auto value) {
    add_median(paces, figure, value, figures);
  };
  const auto seconds = [](Duration CyclePace::*member) {
    return [member](const CyclePace& pace) { return to_seconds(pace.*member); };
  };
  add(SweepFigure::kThroughput, [](const CyclePace& pace) {
    return static_cast<double>(pace.replies.value) / to_seconds(pace.playing);
  });
  add(SweepFigure::kReplyMedian, seconds(&CyclePace::reply_median));
  add(SweepFigure::kReplyP90, seconds(&CyclePace::reply_p90));
  add(SweepFigure::kReplyP99, seconds(&CyclePace::reply_p99));
  add(SweepFigure::kReplyP999, seconds(&CyclePace::reply_p999));
  add(SweepFigure::kHandshakeMedian, seconds(&CyclePace::handshake_median));
  add(SweepFigure::kCpu, [](const CyclePace& pace) {
    return per(to_seconds(pace.service_cpu), pace.replies);
  });
  add(SweepFigure::kAllocations, [](const CyclePace& pace) {
    return per(static_cast<double>(pace.allocations.value), pace.replies);
  });
}

void add_errors(const LoadCounts& load, Figures& figures) {
  const Count all = load.attempted + load.messages_sent;
  if (all.value <= 0) return;
  const Count wrong =
      load.refused + load.failed + load.early_closed + load.reply_errors;
  figures[SweepFigure::kErrors] = per(static_cast<double>(wrong.value), all);
}

}  // namespace

std::map<SweepFigure, double> figures_of(const RunRecord& record) {
  Figures figures;
  if (record.error || record.partial) return figures;
  add_open(record, figures);
  if (record.judgement)
    figures[SweepFigure::kResidue] = residue_of(*record.judgement);
  add_speed(record, figures);
  add_errors(record.connections, figures);
  return figures;
}

std::vector<SweepSite> sites_of(const RunRecord& record) {
  std::vector<SweepSite> sites;
  if (!record.open || record.open->connections.value <= 0) return sites;
  for (const OpenSite& site : record.open->sites)
    sites.push_back({site.place, site.bytes_per_connection,
                     per(static_cast<double>(site.objects.value),
                         record.open->connections)});
  return sites;
}

std::optional<SweepArithmetic> arithmetic_of(const RunRecord& record) {
  if (!record.open || record.open->connections.value <= 0) return std::nullopt;
  SweepArithmetic sum{record.open->connections, record.open->bytes, {}, {}};
  for (const OpenSite& site : record.open->sites) sum.explained += site.bytes;
  const KernelSample* base = sample_at(record, "baseline");
  const KernelSample* open = sample_at(record, "open");
  if (base != nullptr && open != nullptr) sum.pss = open->pss - base->pss;
  return sum;
}

}  // namespace tidemark
