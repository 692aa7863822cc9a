// Memory that nobody uses and that the allocator does not give back.
#pragma once

#include <span>
#include <vector>

#include "harness/verdict/rings.h"
#include "tidemark/verdict.h"

namespace tidemark {

// At most one finding, of class kAllocatorRetained, that does not fail: at the
// end, settled and purged, at least 8 MiB more than when the service had
// started, and a fifth of its PSS, are free within the allocator's pages. The
// sites are those whose blocks pin most of it. What blocks of a growing site
// pin is that finding's: `growing` are those found so far.
std::vector<Finding> retained_findings(const Evidence& evidence,
                                       std::span<const Finding> growing);

}  // namespace tidemark
