// From findings and budgets to the one word of the run.
#pragma once

#include <optional>
#include <vector>

#include "harness/verdict/classify.h"
#include "tidemark/verdict.h"

namespace tidemark {

// Marks the heap findings that break a budget as failing.
void apply_budgets(const Expectations& expect, std::vector<Draft>& drafts);

// What is suppressed uses none of the budget: leaks that broke it only
// together with that do not fail.
void forgive_the_rest(const Expectations& expect,
                      std::vector<Finding>& findings);

// The finding for memory of an open connection over its budget, if so.
std::optional<Finding> peak_finding(const Evidence& evidence);

// The outcome and its reason. `limit` and `findings` of `judgement` are
// already there; `confidence` is the t of the growth that is undecided, 0 if
// there is none.
void decide(const Evidence& evidence, double confidence, Judgement& judgement);

}  // namespace tidemark
