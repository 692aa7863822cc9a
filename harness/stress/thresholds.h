// Thresholds as k6 writes them: `p(99)<50` about `request_duration`, or about
// `request_duration{flow:churners}`.
//
//   STATISTIC   avg min max med p(N) count rate value; which of them there
//               are depends on the metric's kind
//   OPERATOR    <  <=  >  >=  ==  ===  !=
//   NUMBER      times are in ms as in k6; 200us, 200ms, 2s, 1m, 8KiB, 1MB
//               and 99.9% are understood, too
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"
#include "tidemark/scenario.h"
#include "tidemark/stress.h"

namespace tidemark {

enum class Statistic {
  kAvg,
  kMin,
  kMax,
  kMed,
  kPercentile,
  kCount,
  kRate,
  kValue,
};

enum class Comparison { kLess, kAtMost, kMore, kAtLeast, kEqual, kNotEqual };

struct Threshold {
  ThresholdSpec spec;
  std::string metric;
  std::string flow;  // empty: all
  Statistic statistic = Statistic::kAvg;
  double percentile = 0;  // kPercentile
  Comparison comparison = Comparison::kLess;
  double bound = 0;  // ms, bytes or a plain number
  // What its unit, if it was written with one, says that the metric is.
  std::optional<Metric::Unit> unit;
};

// kUsage, with what was wanted and found.
Result<Threshold> parse_threshold(const ThresholdSpec& spec);

// Before a run: kUsage if no run with these flows can have the metric, or its
// kind does not have the statistic or the unit.
Status check_threshold(const Threshold& threshold,
                       const std::vector<std::string>& flows);

// An unknown metric, and a statistic that it does not have, are kUsage errors
// that name the nearest. Without a single value a threshold is not met,
// whatever it says, but for counts.
Result<ThresholdResult> evaluate(const Threshold& threshold,
                                 const MetricTable& table);

}  // namespace tidemark
