#include "harness/verdict/peak.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "harness/verdict/phrases.h"
#include "harness/verdict/sampling.h"

namespace tidemark {
namespace {

constexpr double kAlike = 0.1;  // of the blocks per connection, both times
constexpr std::int64_t kFewestBlocks = 8;
constexpr std::int64_t kWorthSaying = 64 << 10;  // bytes

struct Peaks {
  double first = 0;   // at once in the first cycle
  double second = 0;  // in the second; no cycle has more
};

double at_once(const CycleFacts& facts) {
  if (facts.settings.concurrency) return *facts.settings.concurrency;
  return static_cast<double>(facts.load.reached().value);
}

// nullopt unless the run began with fewer connections at once.
std::optional<Peaks> peaks_of(const Evidence& evidence) {
  if (evidence.cycles.size() < 2 || evidence.baseline.value < 2) {
    return std::nullopt;
  }
  const Peaks peaks{at_once(evidence.cycles[0]), at_once(evidence.cycles[1])};
  if (peaks.first < 1 || peaks.second < 2 * peaks.first) return std::nullopt;
  return peaks;
}

// What one caller has of one size at the baseline, by cycle of birth, and how
// much more there is at the end.
struct Stock {
  SiteId site = 0;
  Bytes size;
  double chance = 1;  // that a block is counted
  std::int64_t first = 0;
  std::int64_t second = 0;
  std::int64_t later = 0;
  std::int64_t at_baseline = 0;
  std::int64_t at_end = 0;
};

using Place = std::tuple<SiteId, MemoryKind, Bytes>;

std::map<Place, Stock> stocks_of(const Evidence& evidence) {
  std::map<Place, Stock> stocks;
  const CycleIndex last = evidence.cycles.back().index;
  for (const SiteEvidence& site : evidence.sites) {
    Stock& stock = stocks[{site.group, site.kind, site.size}];
    stock.site = site.site;
    stock.size = site.size;
    stock.chance = sample_chance(site.kind, site.size, evidence.sample_period);
    for (const RingReading& reading : site.readings) {
      const std::int64_t objects = reading.objects.value;
      if (reading.after == last) stock.at_end += objects;
      if (reading.after != evidence.baseline) continue;
      stock.at_baseline += objects;
      if (reading.born.value == 1) stock.first += objects;
      if (reading.born.value == 2) stock.second += objects;
      if (reading.born.value > 2) stock.later += objects;
    }
  }
  return stocks;
}

bool follows(const Stock& stock, const Peaks& peaks) {
  if (stock.second < kFewestBlocks) return false;
  const double each =
      static_cast<double>(stock.second) / (peaks.second - peaks.first);
  const double expected = each * peaks.first;
  const double grown = static_cast<double>(stock.first + stock.second);
  return std::abs(static_cast<double>(stock.first) - expected) <=
             kAlike * std::max(expected, 1.0) &&
         static_cast<double>(stock.later) <= kAlike * grown &&
         std::abs(static_cast<double>(stock.at_end - stock.at_baseline)) <=
             kAlike * grown;
}

// Whether a stock follows is asked of what was counted, how large it is of all
// blocks.
Finding finding_of(const Stock& stock, const Peaks& peaks) {
  const double first = static_cast<double>(stock.first) / stock.chance;
  const double blocks =
      static_cast<double>(stock.first + stock.second) / stock.chance;
  const double each = blocks / peaks.second;
  const double size = static_cast<double>(stock.size.value);
  Finding finding;
  finding.kind = FindingClass::kPeakSized;
  finding.unit = "connection at once";
  finding.sites = {stock.site};
  finding.residue = Bytes{std::llround(blocks * size)};
  finding.objects = Count{std::llround(blocks)};
  finding.rate.objects_per_unit = each;
  finding.rate.bytes_per_unit = each * size;
  finding.explanation = fmt::format(
      "{} of {} for each connection of the most that were ever open at once: "
      "{} after {} at a time, {} after {}, and no more since",
      say_count(each, "block"), say_bytes(size), say_number(std::round(first)),
      say_number(peaks.first), say_number(std::round(blocks)),
      say_number(peaks.second));
  return finding;
}

}  // namespace

std::vector<Finding> peak_sized_findings(const Evidence& evidence) {
  std::vector<Finding> findings;
  const std::optional<Peaks> peaks = peaks_of(evidence);
  if (!peaks) return findings;
  for (const auto& [_, stock] : stocks_of(evidence)) {
    if (!follows(stock, *peaks)) continue;
    Finding finding = finding_of(stock, *peaks);
    if (finding.residue.value >= kWorthSaying)
      findings.push_back(std::move(finding));
  }
  std::stable_sort(
      findings.begin(), findings.end(),
      [](const Finding& a, const Finding& b) { return a.residue > b.residue; });
  return findings;
}

}  // namespace tidemark
