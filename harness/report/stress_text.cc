#include <fmt/format.h>

#include <algorithm>

#include "harness/report/stress_report.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

constexpr std::size_t kHang = 15;  // below the facts of "  driver       "

std::string fact(const char* label, const std::string& text,
                 std::size_t width) {
  return wrapped(fmt::format("  {:<13}{}", label, printable(text)), kHang,
                 width);
}

const Metric* find(const StressRecord& record, std::string_view name,
                   const std::string& flow) {
  const auto found = record.metrics.find({std::string(name), flow});
  return found == record.metrics.end() ? nullptr : &found->second;
}

std::string counter(const StressRecord& record, std::string_view name,
                    const std::string& flow) {
  const Metric* metric = find(record, name, flow);
  return number_text(metric == nullptr ? 0
                                       : static_cast<double>(metric->count));
}

std::string per_second(const StressRecord& record, std::string_view name,
                       const std::string& flow) {
  const Metric* metric = find(record, name, flow);
  if (metric == nullptr || metric->seconds <= 0) return "0/s";
  return number_text(static_cast<double>(metric->count) / metric->seconds) +
         "/s";
}

// "0.123 ms", "1.23 s": three digits, so that columns compare.
std::string time_text(Duration duration) {
  const double ms = to_seconds(duration) * 1e3;
  if (ms >= 1000) return fmt::format("{:.2f} s", ms / 1e3);
  if (ms >= 100) return fmt::format("{:.0f} ms", ms);
  if (ms >= 10) return fmt::format("{:.1f} ms", ms);
  return fmt::format("{:.3f} ms", ms);
}

std::string trend_row(const char* label, const Metric* metric) {
  if (metric == nullptr || !metric->trend || metric->trend->count() == 0)
    return {};
  const TrendSummary trend = summary_of(*metric->trend);
  std::string row = fmt::format("  {:<22}", label);
  for (const Duration value :
       {trend.avg, trend.med, trend.p90, trend.p99, trend.p99_9, trend.max})
    row += fmt::format("{:>9}", time_text(value));
  return row + "\n";
}

std::string trends(const StressRecord& record, const std::string& flow) {
  std::string rows;
  rows +=
      trend_row("request, since due", find(record, "request_duration", flow));
  rows += trend_row("request, since sent",
                    find(record, "request_duration_service", flow));
  rows += trend_row("iteration", find(record, "iteration_duration", flow));
  rows += trend_row("handshake", find(record, "handshake_duration", flow));
  rows += trend_row("connect", find(record, "connect_duration", flow));
  if (rows.empty()) return {};
  return fmt::format("  {:<22}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "", "avg",
                     "med", "p90", "p99", "p99.9", "max") +
         rows;
}

std::string connections(const LoadCounts& load, std::size_t width) {
  std::string text = fmt::format("{} opened", number_text(load.opened));
  if (load.attempted != load.opened)
    text += fmt::format(" of {} tried", number_text(load.attempted));
  const char* separator = "; closed by ";
  for (const auto& [way, count] : load.closed) {
    text += fmt::format("{}{} {}", separator, way, number_text(count));
    separator = ", ";
  }
  const auto trouble = [&](Count count, const char* what) {
    if (count.value > 0)
      text += fmt::format("; {} {}", number_text(count), what);
  };
  trouble(load.refused, "refused");
  trouble(load.failed, "failed in the handshake");
  trouble(load.early_closed, "ended early by the service");
  trouble(load.close_timeouts, "closes not answered");
  text = fact("connections", text, width);
  for (const auto& [reason, count] : load.reasons)
    text += fact("", fmt::format("{} × {}", number_text(count), reason), width);
  for (const auto& [way, answers] : load.answers)
    for (const auto& [answer, count] : answers)
      text +=
          fact("", fmt::format("{}: {} × {}", way, number_text(count), answer),
               width);
  return text;
}

std::string flow_text(const StressRecord& record, const StressFlowRecord& flow,
                      std::size_t width) {
  std::string text =
      fact(flow.name.empty() ? "flow" : clipped(flow.name, 12).c_str(),
           fmt::format("{}, {}", flow.executor, flow.url), width);
  const std::string failed = counter(record, "failed_iterations", flow.name);
  text += fact("iterations",
               fmt::format("{}, {}; {}{} dropped",
                           counter(record, "iterations", flow.name),
                           per_second(record, "iterations", flow.name),
                           failed == "0" ? "" : failed + " failed, ",
                           counter(record, "dropped_iterations", flow.name)),
               width);
  text += fact("requests",
               fmt::format("{}, {}; {} wrong, late or lost",
                           counter(record, "requests", flow.name),
                           per_second(record, "requests", flow.name),
                           counter(record, "request_errors", flow.name)),
               width);
  text += connections(flow.connections, width);
  return text + trends(record, flow.name);
}

std::string threshold_text(const ThresholdResult& result, bool colour,
                           std::size_t width) {
  const std::string name =
      result.flow.empty()
          ? result.metric
          : fmt::format("{}{{flow:{}}}", result.metric, result.flow);
  const std::string found = !result.found ? "no value"
                            : result.unit == Metric::Unit::kTime
                                ? fmt::format("{:.3g} ms", *result.found)
                            : result.unit == Metric::Unit::kBytes
                                ? bytes_text(*result.found)
                                : fmt::format("{:.6g}", *result.found);
  const char* mark = result.met ? "met   " : "MISSED";
  std::string line =
      fmt::format("  {} {} {}: {}", mark, name, result.spec.expression, found);
  line = wrapped(printable(line), 9, width);
  if (colour && !result.met) line = "\x1b[31m" + line + "\x1b[0m";
  return line;
}

std::string health_text(const DriverHealth& health, std::size_t width) {
  return fact("driver",
              fmt::format("{:.0f} % of a core, {:.0f} % in its busiest "
                          "second; {} late at the 99th percentile",
                          health.cpu * 100, health.cpu_most * 100,
                          time_text(health.lag_p99)),
              width);
}

const char* colour_of(StressOutcome outcome) {
  switch (outcome) {
    case StressOutcome::kPass:
      return "\x1b[32m";
    case StressOutcome::kInvalid:
      return "\x1b[33m";
    default:
      return "\x1b[31m";
  }
}

}  // namespace

std::string stress_text(const StressRecord& record, const ReportStyle& style) {
  const std::size_t width = static_cast<std::size_t>(style.width);
  std::string word = to_word(record.outcome);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  // A reason may bring the service's last output along, line by line.
  const std::size_t line_end = record.reason.find('\n');
  std::string text =
      wrapped(fmt::format("{}  {}: {}", word, printable(record.scenario_name),
                          printable(record.reason.substr(0, line_end))),
              2, width);
  if (line_end != std::string::npos)
    text += printable(record.reason.substr(line_end + 1), true) + "\n";
  if (style.colour)
    text = colour_of(record.outcome) + text.substr(0, word.size()) + "\x1b[0m" +
           text.substr(word.size());
  if (record.error && !record.error->hint.empty())
    text += wrapped("  " + printable(record.error->hint), 2, width);
  if (!record.audit.empty()) text += fact("audit", record.audit, width);
  for (const StressFlowRecord& flow : record.flows)
    text += "\n" + flow_text(record, flow, width);
  if (!record.thresholds.empty()) text += "\n";
  for (const ThresholdResult& result : record.thresholds)
    text += threshold_text(result, style.colour, width);
  if (record.flows.empty()) return text;
  text += "\n" + health_text(record.health, width);
  for (const StandInSummary& standin : record.standins)
    text += fact("stand-in",
                 fmt::format("{}: {} accepted, {} still open, {} requests",
                             standin.name, number_text(standin.counts.accepted),
                             number_text(standin.counts.open),
                             number_text(standin.counts.requests)),
                 width);
  return text;
}

}  // namespace tidemark
