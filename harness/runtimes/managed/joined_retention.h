// Who holds what in several processes, as one. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/runtimes/managed/named_retention.h"

namespace tidemark {

// Answers of several processes to one question. Paths that are alike, sizes
// aside, are one; most bytes first, at most so many.
NamedRetention join(std::vector<NamedRetention> parts, std::size_t most_paths);

}  // namespace tidemark
