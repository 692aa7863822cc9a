#include "harness/verdict/descriptors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>

#include "harness/verdict/phrases.h"
#include "harness/verdict/units.h"
#include "harness/verdict/upstreams.h"

namespace tidemark {
namespace {

constexpr std::int64_t kRetainedBytes = 8 * 1024 * 1024;
constexpr double kRetainedShare = 0.2;
constexpr std::ptrdiff_t kLongAgo = 4;  // settled samples
// In the last third of so many cycles, beside the baseline's share.
constexpr std::size_t kEnoughToStandStill = 9;
constexpr double kStillBytes = 1024 * 1024;
constexpr double kStillShare = 0.02;

// The settled samples after each dose, the baseline first; doses without a
// sample are left out of both.
struct KernelSeries {
  const KernelSample* baseline = nullptr;
  std::vector<const KernelSample*> settled;
  std::vector<Dose> doses;
};

KernelSeries kernel_series(const Evidence& evidence,
                           std::span<const Dose> doses) {
  KernelSeries series;
  const KernelSample* fallback = nullptr;
  for (const KernelSample& sample : evidence.kernel) {
    if (sample.moment == "baseline") series.baseline = &sample;
    if (sample.moment == "settled" && sample.cycle <= evidence.baseline) {
      fallback = &sample;
    }
  }
  if (series.baseline == nullptr) series.baseline = fallback;
  for (const Dose& dose : doses) {
    const KernelSample* found = nullptr;
    for (const KernelSample& sample : evidence.kernel) {
      if (sample.cycle == dose.cycle && sample.moment == "settled") {
        found = &sample;
      }
    }
    if (found == nullptr) continue;
    series.settled.push_back(found);
    series.doses.push_back(dose);
  }
  return series;
}

std::int64_t sockets_of(const KernelSample& sample) {
  std::int64_t sum = 0;
  for (const auto& [_, count] : sample.sockets) sum += count.value;
  return sum;
}

// What a sample is compared with: the baseline, or where there are more
// processes than there were then, the first sample with as many, if there were
// as many long after. A shell's loop has a child or has none, whenever one
// looks, and a worker may come to stay; processes that become more and more do
// not.
const KernelSample& like(const KernelSeries& series, std::size_t i) {
  const Count processes = series.settled[i]->processes;
  if (processes <= series.baseline->processes) return *series.baseline;
  const auto as_many = [processes](const KernelSample* sample) {
    return sample->processes == processes;
  };
  const std::vector<const KernelSample*>& all = series.settled;
  const auto first = std::find_if(all.begin(), all.end(), as_many);
  const auto last = std::find_if(all.rbegin(), all.rend(), as_many).base() - 1;
  const bool early = 2 * (first - all.begin()) < std::ssize(all);
  return early && last - first >= kLongAgo ? **first : *series.baseline;
}

// Levels of one kind of thing above the baseline, one per settled sample.
template <class Pick>
std::vector<std::int64_t> levels_above(const KernelSeries& series, Pick pick) {
  std::vector<std::int64_t> levels;
  for (const KernelSample* sample : series.settled) {
    levels.push_back(pick(*sample) - pick(*series.baseline));
  }
  return levels;
}

// The last of them, or the one before, is within the budget of an earlier
// sample with as many processes: what is more came with these.
template <class Pick>
bool came_with_processes(const KernelSeries& series, Pick pick, Count budget) {
  const std::size_t size = series.settled.size();
  for (std::size_t i = size - std::min<std::size_t>(size, 2); i < size; ++i) {
    const KernelSample& other = like(series, i);
    if (&other != series.baseline &&
        pick(*series.settled[i]) - pick(other) <= budget.value)
      return true;
  }
  return false;
}

// Above the budget in both of the last samples: one sample may catch a close
// that is still on its way.
bool exceeds(const std::vector<std::int64_t>& levels, Count budget) {
  if (levels.empty()) return false;
  std::int64_t least = levels.back();
  if (levels.size() > 1) least = std::min(least, levels[levels.size() - 2]);
  return least > budget.value;
}

void subtract(std::vector<std::int64_t>& levels,
              const std::vector<std::int64_t>& others) {
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] -= others[i];
}

// ": 2 per fin close, 1 per reset close in 11 of 12 cycles".
std::string say_fit(const UnitFit& fit, const std::vector<double>& steps) {
  if (fit.unit == "cycle") {
    return fmt::format(": {} per cycle, {}", say_number(fit.per_unit),
                       fit.detail);
  }
  std::string text = ": ";
  text += fit.detail.empty()
              ? fmt::format("{} per {}", say_number(fit.per_unit), fit.unit)
              : fit.detail;
  for (const std::string& rival : fit.rivals) text += " or " + rival;
  if (fit.every_ring) return text + " in every cycle";
  std::size_t alike = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i] == fit.predicted[i]) ++alike;
  }
  return text + fmt::format(" in {} of {} cycles", alike, steps.size());
}

Finding finding_of(const KernelSeries& series,
                   const std::vector<std::int64_t>& levels, std::string thing,
                   Count budget) {
  Finding finding;
  finding.kind = FindingClass::kDescriptors;
  finding.fails = true;
  finding.objects = Count{levels.back()};
  std::vector<double> steps;
  double connections = 0;
  std::int64_t before = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const Dose& dose = series.doses[i];
    connections += dose.connections;
    steps.push_back(static_cast<double>(levels[i] - before));
    finding.rings.push_back({dose.cycle,
                             Count{static_cast<std::int64_t>(dose.connections)},
                             Bytes{0}, Count{levels[i] - before}});
    before = levels[i];
  }
  const std::optional<UnitFit> fit = fit_exactly(series.doses, steps);
  if (connections > 0) {
    finding.rate.objects_per_connection =
        static_cast<double>(levels.back()) / connections;
  }
  finding.rate.objects_per_unit = 1;
  finding.rate.exact = fit && fit->every_ring;
  finding.explanation =
      fmt::format("{} more than at the baseline after {} (allowed: {})",
                  say_count(static_cast<double>(levels.back()), thing),
                  say_count(connections, "connection"),
                  say_number(static_cast<double>(budget.value)));
  if (fit) {
    finding.rivals = fit->rivals;
    finding.explanation += say_fit(*fit, steps);
  }
  finding.unit = std::move(thing);
  return finding;
}

}  // namespace

std::vector<Finding> descriptor_findings(const Evidence& evidence,
                                         std::span<const Dose> doses) {
  std::vector<Finding> findings;
  const KernelSeries series = kernel_series(evidence, doses);
  if (series.baseline == nullptr || series.settled.empty()) return findings;
  const Expectations& expect = evidence.expect;
  const std::vector<std::int64_t> upstreams =
      upstream_levels(evidence, series.doses);
  std::vector<std::int64_t> sockets = levels_above(series, sockets_of);
  subtract(sockets, upstreams);
  const auto report = [&](const std::vector<std::int64_t>& levels,
                          const char* thing, Count budget) {
    findings.push_back(finding_of(series, levels, thing, budget));
    if (upstreams.back() <= 0) return;
    findings.back().explanation += fmt::format(
        "; {} to stand-ins not counted",
        say_count(static_cast<double>(upstreams.back()), "connection"));
  };
  const bool sockets_fail =
      expect.sockets && exceeds(sockets, *expect.sockets) &&
      !came_with_processes(series, sockets_of, *expect.sockets);
  if (sockets_fail) report(sockets, "socket", *expect.sockets);
  if (expect.fds) {
    const auto fds_of = [](const KernelSample& s) {
      return s.fds.total().value;
    };
    std::vector<std::int64_t> fds = levels_above(series, fds_of);
    subtract(fds, upstreams);
    if (sockets_fail) subtract(fds, sockets);
    if (exceeds(fds, *expect.fds) &&
        !came_with_processes(series, fds_of, *expect.fds))
      report(fds, "descriptor", *expect.fds);
  }
  if (expect.threads) {
    const auto threads_of = [](const KernelSample& s) {
      return s.threads.value;
    };
    const std::vector<std::int64_t> threads = levels_above(series, threads_of);
    if (exceeds(threads, *expect.threads) &&
        !came_with_processes(series, threads_of, *expect.threads)) {
      findings.push_back(
          finding_of(series, threads, "thread", *expect.threads));
    }
  }
  return findings;
}

namespace {

// Whether the last third of the cycles added nothing to speak of: a runtime
// that had not yet taken what it works with.
bool stood_still(const KernelSeries& series) {
  const std::size_t n = series.settled.size();
  if (n < kEnoughToStandStill) return false;
  const std::int64_t end = series.settled.back()->private_dirty.value;
  const std::int64_t earlier =
      series.settled[n - 1 - n / 3]->private_dirty.value;
  const double before =
      static_cast<double>(series.baseline->private_dirty.value);
  return static_cast<double>(end - earlier) <=
         std::max(kStillBytes, kStillShare * before);
}

}  // namespace

std::vector<Finding> memory_findings(const Evidence& evidence,
                                     Bytes live_growth,
                                     std::span<const Dose> doses) {
  const KernelSeries series = kernel_series(evidence, doses);
  if (series.baseline == nullptr || series.settled.empty()) return {};
  const Bytes before = series.baseline->private_dirty;
  const Bytes growth = series.settled.back()->private_dirty - before;
  const Bytes live{std::max<std::int64_t>(0, live_growth.value)};
  const Bytes held = growth - live;
  if (held.value < kRetainedBytes ||
      static_cast<double>(held.value) <=
          kRetainedShare * static_cast<double>(before.value)) {
    return {};
  }
  Finding finding;
  finding.unit = "connection";
  finding.residue = held;
  const bool stands_still = !evidence.has_heap && stood_still(series);
  finding.kind = evidence.has_heap ? FindingClass::kAllocatorRetained
                 : stands_still    ? FindingClass::kBounded
                                   : FindingClass::kUndecided;
  double connections = 0;
  for (const Dose& dose : doses) connections += dose.connections;
  if (connections > 0) {
    finding.rate.bytes_per_connection =
        static_cast<double>(held.value) / connections;
    finding.rate.bytes_per_unit = finding.rate.bytes_per_connection;
    finding.rate.bytes_per_connection_high = finding.rate.bytes_per_connection;
  }
  finding.explanation = fmt::format(
      "private memory grew by {} after the baseline's {}, {}",
      say_bytes(static_cast<double>(growth.value)),
      say_bytes(static_cast<double>(before.value)),
      evidence.has_heap
          ? fmt::format("the live heap by {}{}: the rest was not given back "
                        "when that was asked for",
                        evidence.sample_period.value > 1 ? "about " : "",
                        say_bytes(static_cast<double>(live.value)))
      : stands_still
          ? "and no more in the last third of the cycles"
          : "and without a view of the heap nobody can say what it is");
  return {finding};
}

}  // namespace tidemark
