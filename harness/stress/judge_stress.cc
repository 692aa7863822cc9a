#include "harness/stress/judge_stress.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace tidemark {
namespace {

std::int64_t total(const StressRecord& record, Count LoadCounts::*member) {
  std::int64_t sum = 0;
  for (const StressFlowRecord& flow : record.flows)
    sum += (flow.connections.*member).value;
  return sum;
}

std::int64_t count_of(const StressRecord& record, const char* metric,
                      const std::string& flow = "") {
  const auto found = record.metrics.find({metric, flow});
  return found == record.metrics.end()
             ? 0
             : static_cast<std::int64_t>(found->second.count);
}

std::string reasons_of(const StressRecord& record) {
  std::string text;
  int shown = 0;
  for (const StressFlowRecord& flow : record.flows)
    for (const auto& [reason, count] : flow.connections.reasons)
      if (shown++ < 3)
        text += fmt::format("{}{} × {}", text.empty() ? ": " : ", ",
                            count.value, reason);
  return text;
}

bool nothing_opened(const StressRecord& record) {
  std::int64_t ended = 0;
  for (const StressFlowRecord& flow : record.flows)
    for (const auto& [way, count] : flow.connections.closed)
      ended += count.value;
  return total(record, &LoadCounts::attempted) > 0 &&
         total(record, &LoadCounts::opened) == 0 && ended == 0;
}

// Why the figures are the driver's and not the service's; "" if they are not.
std::string driver_fault(const StressRecord& record) {
  const DriverHealth& health = record.health;
  if (health.scheduled && health.lag_p99 > kLateDriver)
    return fmt::format(
        "the driver was late: what was due began {:.0f} ms too late at the "
        "99th percentile (allowed: {:.0f} ms); ask for a lower rate, or give "
        "it a core of its own",
        to_seconds(health.lag_p99) * 1e3, to_seconds(kLateDriver) * 1e3);
  const bool judged =
      !record.thresholds.empty() || count_of(record, "dropped_iterations") > 0;
  if (judged && health.cpu > kBusyDriver)
    return fmt::format(
        "the driver was the bottleneck: it used {:.0f} % of a core; ask for a "
        "lower rate or fewer connections, or split the load into flows",
        health.cpu * 100);
  return {};
}

std::string first_missed(const StressRecord& record) {
  std::size_t missed = 0;
  std::string first;
  for (const ThresholdResult& result : record.thresholds) {
    if (result.met) continue;
    if (missed++ > 0) continue;
    first = fmt::format(
        "{}{} {}: found {}", result.metric,
        result.flow.empty() ? "" : fmt::format("{{flow:{}}}", result.flow),
        result.spec.expression,
        result.found ? fmt::format("{:.3g}", *result.found) : "no value");
  }
  // What was under way then may have made the figures look better.
  if (missed == 0)
    return record.aborted ? "a threshold with abortOnFail was not met, and the "
                            "run was ended there"
                          : "";
  if (record.aborted) first += "; the run was ended there (abortOnFail)";
  if (missed == 1) return "a threshold was not met: " + first;
  return fmt::format("{} of {} thresholds were not met, the first: {}", missed,
                     record.thresholds.size(), first);
}

std::string any_error(const StressRecord& record) {
  const std::int64_t errors = count_of(record, "request_errors");
  const std::int64_t refused = total(record, &LoadCounts::refused);
  const std::int64_t failed = total(record, &LoadCounts::failed);
  const std::int64_t early = total(record, &LoadCounts::early_closed);
  if (errors + refused + failed + early == 0) return {};
  return fmt::format(
      "{} requests failed, {} connections were refused, {} failed in the "
      "handshake, {} were ended early by the service{}; without thresholds "
      "any error fails the run",
      errors, refused, failed, early, reasons_of(record));
}

// One flow's iterations.
struct Drops {
  std::int64_t dropped = 0;
  std::int64_t due = 0;
};

Drops drops_of(const StressRecord& record, const StressFlowRecord& flow) {
  const std::int64_t dropped =
      count_of(record, "dropped_iterations", flow.name);
  return {dropped, dropped + count_of(record, "iterations", flow.name) +
                       count_of(record, "failed_iterations", flow.name)};
}

bool is_judged_by_threshold(const StressRecord& record,
                            const StressFlowRecord& flow) {
  return std::any_of(
      record.thresholds.begin(), record.thresholds.end(),
      [&flow](const ThresholdResult& threshold) {
        return threshold.metric == "dropped_iterations" &&
               (threshold.flow.empty() || threshold.flow == flow.name);
      });
}

std::string why_dropped(const StressFlowRecord& flow, const Drops& drops) {
  const std::string what = fmt::format(
      "{} of {} iterations{} were dropped", drops.dropped, drops.due,
      flow.name.empty() ? "" : fmt::format(" of flow {}", flow.name));
  if (!flow.max_connections)
    return what +
           ", which waited for a connection until the end: the service is "
           "slower than the rate asked for, or connections are too few";
  return what + fmt::format(
                    " because all connections that maxConnections allows ({}) "
                    "were busy: the service is slower than the rate asked "
                    "for, or maxConnections is too low",
                    flow.max_connections->value);
}

// Of the flow that offered too little of the load it promised; "" if none.
std::string too_many_dropped(const StressRecord& record) {
  for (const StressFlowRecord& flow : record.flows) {
    if (!flow.max_connections || is_judged_by_threshold(record, flow)) continue;
    const Drops drops = drops_of(record, flow);
    if (static_cast<double>(drops.dropped) >
        kMostDropped * static_cast<double>(drops.due))
      return why_dropped(flow, drops) +
             "; a threshold on dropped_iterations says how many may be";
  }
  return {};
}

std::string any_dropped(const StressRecord& record) {
  for (const StressFlowRecord& flow : record.flows)
    if (const Drops drops = drops_of(record, flow); drops.dropped > 0)
      return why_dropped(flow, drops);
  return {};
}

}  // namespace

void judge_stress(StressRecord& record) {
  const auto say = [&](StressOutcome outcome, std::string reason) {
    record.outcome = outcome;
    record.reason = std::move(reason);
  };
  if (record.error) return say(StressOutcome::kError, record.error->message);
  if (nothing_opened(record))
    return say(
        StressOutcome::kError,
        fmt::format("the service accepted none of {} connections{}",
                    total(record, &LoadCounts::attempted), reasons_of(record)));
  if (std::string fault = driver_fault(record); !fault.empty())
    return say(StressOutcome::kInvalid, std::move(fault));
  if (std::string missed = first_missed(record); !missed.empty())
    return say(StressOutcome::kFailed, std::move(missed));
  if (record.thresholds.empty())
    if (std::string errors = any_error(record); !errors.empty())
      return say(StressOutcome::kFailed, std::move(errors));
  if (std::string dropped = too_many_dropped(record); !dropped.empty())
    return say(StressOutcome::kInvalid, std::move(dropped));
  if (std::string dropped = any_dropped(record); !dropped.empty())
    return say(StressOutcome::kPass, std::move(dropped));
  if (record.thresholds.empty())
    return say(StressOutcome::kPass, "no request failed");
  say(StressOutcome::kPass, record.thresholds.size() == 1
                                ? "the threshold was met"
                                : fmt::format("all {} thresholds were met",
                                              record.thresholds.size()));
}

}  // namespace tidemark
