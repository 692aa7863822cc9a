#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/report/stress_report.h"
#include "harness/report/text.h"

namespace tidemark {
namespace {

using Json = nlohmann::ordered_json;

double ms(Duration duration) { return to_seconds(duration) * 1e3; }

Json metric_json(const Metric& metric) {
  switch (metric.kind) {
    case Metric::Kind::kTrend: {
      if (!metric.trend || metric.trend->count() == 0) return {{"count", 0}};
      const TrendSummary trend = summary_of(*metric.trend);
      return {{"count", trend.count},      {"avg", ms(trend.avg)},
              {"min", ms(trend.min)},      {"med", ms(trend.med)},
              {"max", ms(trend.max)},      {"p(90)", ms(trend.p90)},
              {"p(95)", ms(trend.p95)},    {"p(99)", ms(trend.p99)},
              {"p(99.9)", ms(trend.p99_9)}};
    }
    case Metric::Kind::kCounter: {
      const double rate =
          metric.seconds > 0
              ? static_cast<double>(metric.count) / metric.seconds
              : 0.0;
      return {{"count", metric.count}, {"rate", rate}};
    }
    case Metric::Kind::kRate: {
      const double rate = metric.total > 0
                              ? static_cast<double>(metric.count) /
                                    static_cast<double>(metric.total)
                              : 0.0;
      return {
          {"rate", rate}, {"passes", metric.count}, {"total", metric.total}};
    }
    case Metric::Kind::kGauge:
      break;
  }
  return {{"value", metric.value}, {"min", metric.min}, {"max", metric.max}};
}

std::string key_text(const MetricKey& key) {
  return key.flow.empty() ? key.name
                          : fmt::format("{}{{flow:{}}}", key.name, key.flow);
}

Json counts_json(const std::map<std::string, Count>& counts) {
  Json object = Json::object();
  for (const auto& [name, count] : counts)
    object[printable(name)] = count.value;
  return object;
}

Json flow_json(const StressFlowRecord& flow) {
  const LoadCounts& load = flow.connections;
  Json answers = Json::object();
  for (const auto& [way, found] : load.answers)
    answers[printable(way)] = counts_json(found);
  return {{"name", flow.name},
          {"url", printable(flow.url)},
          {"executor", flow.executor},
          {"connections",
           {{"attempted", load.attempted.value},
            {"opened", load.opened.value},
            {"refused", load.refused.value},
            {"failed", load.failed.value},
            {"early_closed", load.early_closed.value},
            {"closed_by", counts_json(load.closed)},
            {"messages_sent", load.messages_sent.value},
            {"messages_received", load.messages_received.value},
            {"reply_errors", load.reply_errors.value},
            {"close_timeouts", load.close_timeouts.value},
            {"reasons", counts_json(load.reasons)},
            {"answers", answers}}}};
}

Json threshold_json(const ThresholdResult& result) {
  return {{"metric", key_text({result.metric, result.flow})},
          {"threshold", result.spec.expression},
          {"found", result.found ? Json(*result.found) : Json(nullptr)},
          {"met", result.met}};
}

Json standin_json(const StandInSummary& standin) {
  return {{"name", standin.name},
          {"accepted", standin.counts.accepted.value},
          {"open", standin.counts.open.value},
          {"requests", standin.counts.requests.value},
          {"received", standin.counts.received.value},
          {"sent", standin.counts.sent.value},
          {"troubles", counts_json(standin.counts.troubles)}};
}

}  // namespace

std::string stress_json(const StressRecord& record) {
  Json out;
  out["version"] = record.version;
  out["tidemark_version"] = record.tidemark_version;
  out["scenario"] = {{"path", printable(record.scenario_path)},
                     {"name", printable(record.scenario_name)}};
  out["started_at"] = record.started_at;
  out["audit"] = printable(record.audit);
  out["took_ms"] = ms(record.took);
  out["outcome"] = to_word(record.outcome);
  out["reason"] = printable(record.reason, true);
  if (record.error)
    out["error"] = {{"message", printable(record.error->message, true)},
                    {"hint", printable(record.error->hint)}};
  out["aborted"] = record.aborted;
  out["metrics"] = Json::object();
  for (const auto& [key, metric] : record.metrics)
    out["metrics"][key_text(key)] = metric_json(metric);
  out["thresholds"] = Json::array();
  for (const ThresholdResult& result : record.thresholds)
    out["thresholds"].push_back(threshold_json(result));
  out["driver"] = {{"cpu", record.health.cpu},
                   {"cpu_most", record.health.cpu_most},
                   {"lag_p99_ms", ms(record.health.lag_p99)},
                   {"scheduled", record.health.scheduled}};
  out["flows"] = Json::array();
  for (const StressFlowRecord& flow : record.flows)
    out["flows"].push_back(flow_json(flow));
  out["standins"] = Json::array();
  for (const StandInSummary& standin : record.standins)
    out["standins"].push_back(standin_json(standin));
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tidemark
