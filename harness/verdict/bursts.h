// What a managed runtime makes once. Where code runs or is compiled for the
// first time, classes are loaded and linked late, hundreds of library objects
// at once: that is growth in a few cycles, by much, and it is no leak.
#pragma once

#include <map>
#include <vector>

#include "harness/verdict/classify.h"
#include "tidemark/verdict.h"

namespace tidemark {

// Makes what is undecided bounded, if it is of library classes, came in at most
// one of eight loaded cycles of at least twenty and in none of the last four,
// and if no class of the service's and no thread grew with it in one of its
// cycles. A leak that is as rare holds something of the service's as a rule.
void excuse_bursts(std::vector<Draft>& drafts,
                   const std::map<SiteId, SiteCallers>& callers);

}  // namespace tidemark
