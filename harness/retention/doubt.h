// Blocks that only a stack, a register, the allocator's own memory or an
// unused word holds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/retention/search.h"

namespace tidemark {

// One bit for each block: reached, but by no global, thread-local or mapping.
// A search prefers stacks to mappings; a block that both hold is no doubt.
std::vector<bool> doubtful_blocks(const Graph& graph,
                                  std::span<const RootRange> roots,
                                  const Search& found);

}  // namespace tidemark
