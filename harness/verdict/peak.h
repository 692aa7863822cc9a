// Memory that follows the most connections there ever were at once: pools,
// slabs, one buffer per busy connection that is kept for the next one. The
// first warm-up cycle has fewer connections at a time than the second; what
// grew from the one to the other as the peak did, and no more after that, is
// sized by the peak. It is no leak, and it is memory that does not come back.
#pragma once

#include <vector>

#include "tidemark/verdict.h"

namespace tidemark {

// Those worth saying, most bytes first.
std::vector<Finding> peak_sized_findings(const Evidence& evidence);

}  // namespace tidemark
