// Rules against findings: what is known and within its bounds does not fail.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/run_record.h"
#include "tidemark/suppression.h"

namespace tidemark {

struct SuppressionContext {
  std::span<const SiteRecord> sites;  // of the findings
  std::string today;  // "2026-11-21"; empty: nothing has expired
  Count connections;  // measured: for what has no rate per connection
};

// Marks each finding that fails or is undecided, and that a rule fits and
// bounds, as suppressed: it fails no longer. What comes back is one entry per
// rule in their order; a rule that suppressed nothing says why.
//
// A rule fits a finding by its fingerprint, and by its globs in the stack of
// the site that the finding names. It bounds it unless its rate is above the
// rule's for certain, that is by the lower end of its interval. The first
// rule that does both is the one that is used.
// REQUIRES: the findings have their fingerprints.
std::vector<SuppressionRecord> suppress(std::span<const SuppressionRule> rules,
                                        std::vector<Finding>& findings,
                                        const SuppressionContext& context);

// `*` is any text, `?` any character, the rest itself.
bool matches_glob(std::string_view glob, std::string_view text);

}  // namespace tidemark
