#include "harness/cli/stress_metrics.h"

#include <algorithm>
#include <utility>

#include "tidemark/ways.h"

namespace tidemark {
namespace {

std::uint64_t whole(Count count) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, count.value));
}

void merge(StressFlowResult& into, const StressFlowResult& more) {
  into.times.connect.merge(more.times.connect);
  into.times.handshake.merge(more.times.handshake);
  into.times.request.merge(more.times.request);
  into.times.request_service.merge(more.times.request_service);
  into.times.iteration.merge(more.times.iteration);
  into.times.requests += more.times.requests;
  into.times.request_errors += more.times.request_errors;
  into.times.late += more.times.late;
  into.times.lost += more.times.lost;
  into.times.sent += more.times.sent;
  into.times.received += more.times.received;
  into.lag.merge(more.lag);
  into.iterations += more.iterations;
  into.failed += more.failed;
  into.dropped += more.dropped;
  into.most_open += more.most_open;
  into.cpu_seconds += more.cpu_seconds;
  into.cpu = std::max(into.cpu, more.cpu);
  into.cpu_most = std::max(into.cpu_most, more.cpu_most);
  into.counts += more.counts;
  if (more.began == more.ended) return;
  const bool first = into.began == into.ended;
  into.began = first ? more.began : std::min(into.began, more.began);
  into.ended = first ? more.ended : std::max(into.ended, more.ended);
}

void fill(const std::string& flow, StressFlowResult result, Bytes memory,
          MetricTable& table) {
  using Unit = Metric::Unit;
  const double seconds = result.seconds();
  const auto trend = [&](const char* name, Histogram& histogram) {
    table[{name, flow}] = Metric::of_trend(std::move(histogram));
  };
  const auto counter = [&](const char* name, Count count,
                           Unit unit = Unit::kNumber) {
    table[{name, flow}] = Metric::of_counter(whole(count), seconds, unit);
  };
  const auto gauge = [&](const char* name, double value,
                         Unit unit = Unit::kNumber) {
    table[{name, flow}] = Metric::of_gauge(value, value, value, unit);
  };
  trend("connect_duration", result.times.connect);
  trend("handshake_duration", result.times.handshake);
  trend("request_duration", result.times.request);
  trend("request_duration_service", result.times.request_service);
  trend("iteration_duration", result.times.iteration);
  trend("driver_sched_lag", result.lag);
  counter("iterations", result.iterations);
  counter("failed_iterations", result.failed);
  counter("dropped_iterations", result.dropped);
  counter("requests", result.counts.messages_sent);
  const Count awaited =
      result.times.requests + result.times.late + result.times.lost;
  counter("request_errors", result.times.request_errors);
  table[{"checks", flow}] = Metric::of_rate(
      whole(awaited - result.times.request_errors), whole(awaited));
  counter("connections_attempted", result.counts.attempted);
  counter("connections_opened", result.counts.opened);
  counter("connections_refused", result.counts.refused);
  counter("connections_failed", result.counts.failed);
  counter("connections_early_closed", result.counts.early_closed);
  const double open = static_cast<double>(result.most_open.value);
  table[{"connections_open", flow}] = Metric::of_gauge(0, 0, open);
  counter("bytes_sent", Count{result.times.sent.value}, Unit::kBytes);
  counter("bytes_received", Count{result.times.received.value}, Unit::kBytes);
  table[{"driver_cpu", flow}] =
      Metric::of_gauge(result.cpu, result.cpu, result.cpu_most);
  gauge("driver_cpu_seconds", result.cpu_seconds);
  gauge("duration", seconds);
  gauge("driver_rss_per_connection",
        open > 0 ? static_cast<double>(memory.value) / open : 0, Unit::kBytes);
}

void add_health(const Scenario& scenario, std::size_t index,
                const StressFlowResult& result, DriverHealth& health) {
  const StressSpec& spec = *scenario.flows[index].stress;
  health.scheduled |= has_arrivals(spec) || spec.rate > 0;
  health.cpu = std::max(health.cpu, result.cpu);
  health.cpu_most = std::max(health.cpu_most, result.cpu_most);
  if (result.lag.count() > 0)
    health.lag_p99 =
        std::max(health.lag_p99, result.lag.value_at_percentile(99));
}

}  // namespace

void add_metrics(const Scenario& scenario,
                 std::vector<StressFlowResult> results, Bytes memory,
                 StressRecord& record) {
  StressFlowResult all;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const LoadSpec& flow = scenario.flows[i];
    add_health(scenario, i, results[i], record.health);
    StressFlowRecord& kept = record.flows.emplace_back();
    kept.name = flow.name;
    kept.url = flow.url;
    kept.executor = to_word(flow.stress->executor);
    if (has_arrivals(*flow.stress))
      kept.max_connections = Count{flow.stress->max_connections};
    kept.connections = results[i].counts;
    merge(all, results[i]);
    if (!flow.name.empty())
      fill(flow.name, std::move(results[i]), memory, record.metrics);
  }
  fill("", std::move(all), memory, record.metrics);
}

}  // namespace tidemark
