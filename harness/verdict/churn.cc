#include "harness/verdict/churn.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/verdict/phrases.h"
#include "harness/verdict/sampling.h"

namespace tidemark {
namespace {

constexpr double kMuch = 256 << 10;  // bytes per connection
// Times what an open connection holds: turning that over once is no churn.
constexpr double kTurnedOver = 4;
constexpr double kLittle = 0.01;  // of what was allocated may be kept

struct Turnover {
  double bytes = 0;
  double blocks = 0;
  double connections = 0;
  double kept = 0;  // bytes
};

Turnover turnover_of(const Evidence& evidence) {
  Turnover sum;
  const CycleFacts* before = nullptr;
  for (const CycleFacts& facts : evidence.cycles) {
    if (before != nullptr && facts.index > evidence.baseline &&
        facts.kind != CycleKind::kIdle) {
      const HeapCounters& was = before->counters;
      const HeapCounters& is = facts.counters;
      sum.bytes +=
          static_cast<double>(is.allocated.value - was.allocated.value);
      sum.blocks +=
          static_cast<double>(is.allocations.value - was.allocations.value);
      sum.connections += static_cast<double>(facts.load.reached().value);
    }
    before = &facts;
  }
  if (evidence.cycles.empty()) return sum;
  const CycleIndex last = evidence.cycles.back().index;
  for (const SiteEvidence& site : evidence.sites) {
    // The counters are of all blocks, even where the rings have samples.
    const double chance =
        sample_chance(site.kind, site.size, evidence.sample_period);
    for (const RingReading& reading : site.readings)
      if (reading.after == last && reading.born > evidence.baseline)
        sum.kept += static_cast<double>(reading.bytes.value) / chance;
  }
  return sum;
}

}  // namespace

std::optional<Finding> churn_finding(const Evidence& evidence) {
  const Turnover turnover = turnover_of(evidence);
  if (turnover.connections <= 0) return std::nullopt;
  const double each = turnover.bytes / turnover.connections;
  const double open = evidence.peak_bytes_per_connection.value_or(0);
  if (each < std::max(kMuch, kTurnedOver * open)) return std::nullopt;
  if (turnover.kept > kLittle * turnover.bytes) return std::nullopt;
  Finding finding;
  finding.kind = FindingClass::kChurn;
  finding.unit = "connection";
  finding.explanation = fmt::format(
      "{} in {} are allocated for each connection and freed again: churn, no "
      "leak{}",
      say_bytes(each),
      say_count(turnover.blocks / turnover.connections, "block"),
      open > 0 ? fmt::format("; an open one holds {}", say_bytes(open)) : "");
  return finding;
}

}  // namespace tidemark
