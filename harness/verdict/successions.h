// Blocks that took each other's place: one goes in the cycle in which the
// next, larger one is born. So grows what is reallocated.
#pragma once

#include <vector>

#include "tidemark/verdict.h"

namespace tidemark {

// The only one of its size from its caller that was born in that cycle; where
// only a level is known, the only one of its site whenever it was there.
struct LoneBlock {
  SiteId site = 0;
  std::int64_t size = 0;
  CycleIndex born;
  CycleIndex first_seen;
  CycleIndex last_seen;
  std::uint32_t stack = 0;  // as of its site
  std::vector<std::uint32_t> prefixes;
};

// At least two blocks, each larger than the one before: at every snapshot
// from the baseline to the last there was one of them.
using Succession = std::vector<LoneBlock>;

// Of each caller that has any. Where as many blocks come and go beside it as
// it has steps it is one by chance, and not told.
std::vector<Succession> successions(const Evidence& evidence);

}  // namespace tidemark
