// What open connections cost beyond their budget.
#pragma once

#include <vector>

#include "tidemark/verdict.h"

namespace tidemark {

// Whether there is a budget and they are above it.
bool costs_too_much(const OpenMemory& memory, const Expectations& expect);

// Of `memory`, what deserves whole stacks: the sites with a twentieth of it and
// more, largest first.
std::vector<SiteId> large_sites(const OpenMemory& memory);

// All its sites as one finding, to ask who holds them.
Finding open_as_finding(const OpenMemory& memory);

}  // namespace tidemark
