// Any bytes as a threshold: never a crash, errors that can be printed, and
// nothing met that has no value. The first line is the metric, the rest the
// expression.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "harness/stress/thresholds.h"

namespace {

using namespace tidemark;

void check(const Error& error) {
  if (error.kind != ErrorKind::kUsage || error.message.empty()) std::abort();
  for (char c : error.message + error.hint)
    if (static_cast<unsigned char>(c) < 0x20) std::abort();
}

const MetricTable& table() {
  static const MetricTable made = [] {
    Histogram trend;
    trend.record(std::chrono::milliseconds(5));
    return MetricTable{
        {{"request_duration", ""}, Metric::of_trend(trend)},
        {{"request_duration", "a"}, Metric::of_trend(Histogram())},
        {{"requests", ""}, Metric::of_counter(7, 2)},
        {{"checks", ""}, Metric::of_rate(0, 0)},
        {{"bytes_sent", ""}, Metric::of_gauge(1, 0, 2, Metric::Unit::kBytes)},
    };
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(all.find('\n'), all.size());
  ThresholdSpec spec;
  spec.metric = all.substr(0, end);
  spec.expression = all.substr(std::min(end + 1, all.size()));
  const Result<Threshold> threshold = parse_threshold(spec);
  if (!threshold) {
    check(threshold.error());
    return 0;
  }
  const Status possible = check_threshold(*threshold, {"a"});
  if (!possible) check(possible.error());
  const Result<ThresholdResult> result = evaluate(*threshold, table());
  if (!result)
    check(result.error());
  else if (result->met && !result->found)
    std::abort();
  return 0;
}
