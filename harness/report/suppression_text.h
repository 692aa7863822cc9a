// Suppressions in words. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "tidemark/run_record.h"

namespace tidemark {

// The rule that would allow this finding and no more of it, as an entry of
// `suppressions` in a suppression file. REQUIRES: it has a fingerprint.
std::string suppression_rule(const RunRecord& record, const Finding& finding);

// "leak, owner chat-team, https://bugs/7, until 2027-01-31
// (suppressions.yaml:3)": why it is not failing. REQUIRES: it is suppressed.
std::string suppressed_because(const Finding& finding);

// What is wrong with rules that suppressed nothing, a line each.
std::vector<std::string> suppression_warnings(const RunRecord& record);

// What a finding leaves per connection, whatever it is counted in; but growth
// with time per second.
struct BoundedGrowth {
  double bytes = 0;
  double objects = 0;
  const char* unit = "connection";
};
BoundedGrowth bounded_growth(const RunRecord& record, const Finding& finding);

}  // namespace tidemark
