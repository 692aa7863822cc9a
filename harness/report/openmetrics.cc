#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "harness/report/machine_formats.h"
#include "harness/report/openmetrics_families.h"
#include "harness/report/printable_record.h"
#include "harness/report/sections.h"
#include "harness/report/site_text.h"

namespace tidemark {
namespace {

double value_of(Bytes bytes) { return static_cast<double>(bytes.value); }
double value_of(Count count) { return static_cast<double>(count.value); }

constexpr Outcome kOutcomes[] = {Outcome::kPass, Outcome::kLeak,
                                 Outcome::kInconclusive, Outcome::kInvalid,
                                 Outcome::kError};

void add_verdict(const RunRecord& record, MetricFamilies& families) {
  families.begin("tidemark_outcome", "", "1 for how the run ended, else 0.");
  for (const Outcome outcome : kOutcomes)
    families.sample(outcome_of(record) == outcome ? 1 : 0,
                    {{"outcome", to_word(outcome)}});
  families.one("tidemark_run_seconds", "seconds", "How long the run took.",
               to_seconds(record.took));
  families.one("tidemark_connections", "", "Connections that were opened.",
               value_of(record.connections.opened));
}

// With its number in the report, so that no two samples are of one name.
MetricLabels labels_of(const RunRecord& record, const Finding& finding,
                       std::size_t number) {
  const SiteRecord* site =
      finding.sites.empty() ? nullptr : find_site(record, finding.sites[0]);
  return {{"finding", std::to_string(number)},
          {"fingerprint", finding.fingerprint},
          {"class", to_word(finding.kind)},
          {"unit", finding.unit},
          {"place", site ? place_of(*site) : ""},
          {"fails", finding.fails ? "true" : "false"}};
}

void add_findings(const RunRecord& record, MetricFamilies& families) {
  const Judgement& judgement = *record.judgement;
  const std::vector<const Finding*> findings = numbered(judgement);
  families.one("tidemark_detection_limit_bytes", "bytes",
               "Per connection: a smaller leak would not have been seen.",
               judgement.limit.bytes_per_connection);
  families.begin("tidemark_finding_bytes", "bytes",
                 "Left per unit of the finding.");
  for (std::size_t i = 0; i < findings.size(); ++i)
    families.sample(findings[i]->rate.bytes_per_unit,
                    labels_of(record, *findings[i], i + 1));
  families.begin("tidemark_finding_residue_bytes", "bytes",
                 "Live at the end and born after the baseline.");
  for (std::size_t i = 0; i < findings.size(); ++i)
    families.sample(value_of(findings[i]->residue),
                    labels_of(record, *findings[i], i + 1));
}

void add_memory(const RunRecord& record, MetricFamilies& families) {
  if (record.open && record.open->connections.value > 0)
    families.one(
        "tidemark_open_connection_bytes", "bytes",
        "Heap for each open connection.",
        value_of(record.open->bytes) / value_of(record.open->connections));
  families.begin("tidemark_pss_bytes", "bytes",
                 "Proportional set size of the service, by moment.");
  for (const MemoryAccount& account : record.memory)
    families.sample(value_of(account.pss), {{"moment", account.moment}});
  families.begin("tidemark_live_heap_bytes", "bytes",
                 "Requested bytes of live blocks, by moment.");
  for (const MemoryAccount& account : record.memory)
    families.sample(value_of(account.live), {{"moment", account.moment}});
  if (record.kernel.empty()) return;
  const KernelSample& last = record.kernel.back();
  families.one("tidemark_open_fds", "", "Descriptors at the end.",
               value_of(last.fds.total()));
  families.one("tidemark_threads", "", "Threads at the end.",
               value_of(last.threads));
}

class OpenMetricsReporter final : public Reporter {
 public:
  std::string render(const RunRecord& unsafe,
                     const ReportStyle&) const override {
    const RunRecord record = printable_record(unsafe);
    MetricFamilies families(record.scenario_name);
    add_verdict(record, families);
    if (record.judgement) add_findings(record, families);
    add_memory(record, families);
    return std::move(families).finish();
  }
};

}  // namespace

std::unique_ptr<Reporter> make_openmetrics_reporter() {
  return std::make_unique<OpenMetricsReporter>();
}

}  // namespace tidemark
