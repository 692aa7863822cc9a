// Which findings are new, gone, more or less: control against treatment.
// Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tidemark/comparison.h"
#include "tidemark/run_record.h"

namespace tidemark {

// By fingerprint. New is what no run of `before` has and every run of `after`
// has; what only some have is perhaps new and leaves the comparison open;
// what both have is judged by its rate: the hull of the intervals of all runs
// with it, per its unit, or per connection where the unit is another one. A
// rate is higher if the hulls do not meet, by more than kLeastRateChange.
//
// What NEW's scenario allows (its budget, its suppressions) is told and does
// not fail. What grows less than `before` could have seen is perhaps new: it
// may have been there.
// REQUIRES: every run has a judgement.
std::vector<FindingChange> compare_findings(std::span<const RunRecord> before,
                                            std::span<const RunRecord> after);

// What runs of one version could have seen: the worst of them.
DetectionLimit worst_limit(std::span<const RunRecord> runs);

// Relative; of rates that are exact a string that is one byte longer would
// else be a higher rate.
inline constexpr double kLeastRateChange = 0.01;

// What can be new: caches and late releases are no reason to stop a change.
bool grows(const Finding& finding);

// Whether runs with that limit would have shown what grows so.
bool would_be_seen(const Finding& finding, const DetectionLimit& limit);

// Bytes (things where there are no bytes) per unit of the finding, or per
// connection; nullopt: it does not say.
struct MeasuredRate {
  std::string unit;
  bool in_bytes = true;
  Estimate rate;
};
std::optional<MeasuredRate> rate_per_unit(const Finding& finding);
std::optional<MeasuredRate> rate_per_connection(const Finding& finding);

}  // namespace tidemark
