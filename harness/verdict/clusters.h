// One leak leaves more than one kind of block: the session, its string, its
// map node. Growth that co-varies is one finding.
#pragma once

#include <span>
#include <vector>

#include "harness/verdict/classify.h"

namespace tidemark {

// Correlation of two findings' objects over the rings that both cover;
// 0 where either does not vary.
double ring_correlation(const Finding& a, const Finding& b);

// Merges drafts of one kind and unit whose rings correlate at 0.99 or more;
// the site with the most bytes names the finding. A caller's rings from
// before its zoom continue those from after it.
std::vector<Draft> merge_covarying(std::vector<Draft> drafts,
                                   std::span<const Dose> doses);

}  // namespace tidemark
