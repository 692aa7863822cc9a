// A stored run as the measure of later ones: what it found is known, and may
// become less but not more. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/run_record.h"
#include "tidemark/suppression.h"

namespace tidemark {

// A rule for every finding of the record that grows and has a fingerprint:
// it allows as much as the upper end of the finding's interval, per its unit,
// and kLeastRateChange more. `where` names the record in reports.
std::vector<SuppressionRule> known_rules(const RunRecord& baseline,
                                         const std::string& where);

struct Tightened {
  RunRecord baseline;
  std::size_t lower = 0;  // findings whose bound is lower now
  std::size_t gone = 0;   // that are no longer there
};

// The baseline with what a passing run found less of: a bound only where the
// upper end of `now` is lower; without a finding that `now` does not have and
// would have seen. Nothing is added, and no bound becomes higher. nullopt:
// nothing is less. REQUIRES: both have judgements.
std::optional<Tightened> tightened(const RunRecord& baseline,
                                   const RunRecord& now);

}  // namespace tidemark
