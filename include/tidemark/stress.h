// What a stress run measured, by name, and how it was judged: plain data.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tidemark/histogram.h"
#include "tidemark/scenario.h"

namespace tidemark {

// One thing that was measured. k6's kinds, and which statistics they have.
struct Metric {
  enum class Kind : std::uint8_t {
    kTrend,    // durations:        avg min max med p(N) count
    kCounter,  // a sum:            count rate
    kRate,     // so many of all:   rate
    kGauge,    // what it is now:   value min max
  };
  enum class Unit : std::uint8_t { kNumber, kTime, kBytes };

  Kind kind = Kind::kCounter;
  Unit unit = Unit::kNumber;
  std::optional<Histogram> trend;  // kTrend
  std::uint64_t count = 0;         // kCounter; kRate: those that were so
  std::uint64_t total = 0;         // kRate: those that were asked
  double seconds = 0;              // kCounter: how long it was counted
  double value = 0;                // kGauge: the last, the least, the most
  double min = 0;
  double max = 0;

  bool operator==(const Metric&) const = default;

  static Metric of_trend(Histogram histogram) {
    Metric metric;
    metric.kind = Kind::kTrend;
    metric.unit = Unit::kTime;
    metric.trend = std::move(histogram);
    return metric;
  }
  static Metric of_counter(std::uint64_t count, double seconds,
                           Unit unit = Unit::kNumber) {
    Metric metric;
    metric.unit = unit;
    metric.count = count;
    metric.seconds = seconds;
    return metric;
  }
  static Metric of_rate(std::uint64_t count, std::uint64_t total) {
    Metric metric;
    metric.kind = Kind::kRate;
    metric.count = count;
    metric.total = total;
    return metric;
  }
  static Metric of_gauge(double value, double min, double max,
                         Unit unit = Unit::kNumber) {
    Metric metric;
    metric.kind = Kind::kGauge;
    metric.unit = unit;
    metric.value = value;
    metric.min = min;
    metric.max = max;
    return metric;
  }
};

// What reports print of a trend.
struct TrendSummary {
  std::uint64_t count = 0;
  Duration min{}, max{}, avg{}, med{}, p90{}, p95{}, p99{}, p99_9{};

  bool operator==(const TrendSummary&) const = default;
};

inline TrendSummary summary_of(const Histogram& trend) {
  return {trend.count(),
          trend.min(),
          trend.max(),
          trend.mean(),
          trend.value_at_percentile(50),
          trend.value_at_percentile(90),
          trend.value_at_percentile(95),
          trend.value_at_percentile(99),
          trend.value_at_percentile(99.9)};
}

struct MetricKey {
  std::string name;
  std::string flow;  // empty: of all flows together

  auto operator<=>(const MetricKey&) const = default;
};

using MetricTable = std::map<MetricKey, Metric>;

// The metrics that every stress run has, so that a threshold can be checked
// before anything is sent.
struct MetricInfo {
  std::string_view name;
  Metric::Kind kind;
  Metric::Unit unit;
  std::string_view summary;  // one line
};

inline constexpr MetricInfo kMetrics[] = {
    {"connect_duration", Metric::Kind::kTrend, Metric::Unit::kTime,
     "from connect() until the connection stands"},
    {"handshake_duration", Metric::Kind::kTrend, Metric::Unit::kTime,
     "TLS and the protocol's own opening"},
    {"request_duration", Metric::Kind::kTrend, Metric::Unit::kTime,
     "from the moment a request was due until its reply, or the end of "
     "waiting"},
    {"request_duration_service", Metric::Kind::kTrend, Metric::Unit::kTime,
     "from the moment a request was sent until its reply, or the end of "
     "waiting"},
    {"iteration_duration", Metric::Kind::kTrend, Metric::Unit::kTime,
     "one whole flow, from when it was due"},
    {"iterations", Metric::Kind::kCounter, Metric::Unit::kNumber,
     "flows that ran to their end, or as far as their close lets them"},
    {"failed_iterations", Metric::Kind::kCounter, Metric::Unit::kNumber,
     "flows that began, or tried to connect, and did not"},
    {"dropped_iterations", Metric::Kind::kCounter, Metric::Unit::kNumber,
     "flows that were due while all connections were busy"},
    {"requests", Metric::Kind::kCounter, Metric::Unit::kNumber,
     "requests that were sent"},
    {"request_errors", Metric::Kind::kCounter, Metric::Unit::kNumber,
     "requests without the reply that was expected"},
    {"checks", Metric::Kind::kRate, Metric::Unit::kNumber,
     "expectations that were met, of all"},
    {"connections_attempted", Metric::Kind::kCounter, Metric::Unit::kNumber,
     "connections that were tried"},
    {"connections_opened", Metric::Kind::kCounter, Metric::Unit::kNumber,
     "connections that stood, with their handshake"},
    {"connections_refused", Metric::Kind::kCounter, Metric::Unit::kNumber,
     "connections that the service refused"},
    {"connections_failed", Metric::Kind::kCounter, Metric::Unit::kNumber,
     "connections that failed in another way"},
    {"connections_early_closed", Metric::Kind::kCounter, Metric::Unit::kNumber,
     "connections that the service ended before their flow did"},
    {"connections_open", Metric::Kind::kGauge, Metric::Unit::kNumber,
     "connections that stand"},
    {"bytes_sent", Metric::Kind::kCounter, Metric::Unit::kBytes,
     "to the service, as the application sees them"},
    {"bytes_received", Metric::Kind::kCounter, Metric::Unit::kBytes,
     "from the service"},
    {"driver_cpu_seconds", Metric::Kind::kGauge, Metric::Unit::kNumber,
     "CPU time of the driver's threads"},
    {"duration", Metric::Kind::kGauge, Metric::Unit::kNumber,
     "seconds that the load lasted, until its last iteration's end"},
    {"driver_cpu", Metric::Kind::kGauge, Metric::Unit::kNumber,
     "the busiest flow's share of a core, 0 to 1"},
    {"driver_sched_lag", Metric::Kind::kTrend, Metric::Unit::kTime,
     "how late the driver began what was due"},
    {"driver_rss_per_connection", Metric::Kind::kGauge, Metric::Unit::kBytes,
     "the driver's own memory"},
};

// How one threshold came out.
struct ThresholdResult {
  ThresholdSpec spec;
  std::string metric;
  std::string flow;  // empty: all
  // In milliseconds if the metric is of time, bytes, or as it is. nullopt:
  // there was not a single value, and the threshold is not met.
  std::optional<double> found;
  double bound = 0;
  Metric::Unit unit = Metric::Unit::kNumber;
  bool met = false;

  bool operator==(const ThresholdResult&) const = default;
};

}  // namespace tidemark
