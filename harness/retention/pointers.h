// Where in a holder the pointers to its blocks are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/retention/block_index.h"
#include "harness/retention/memory.h"

namespace tidemark {

struct Pointer {
  std::uint64_t at = 0;  // its address; that of the holder if it is not found
  bool interior = false;

  bool operator==(const Pointer&) const = default;
};

// The first pointer in `holder` to each of `blocks`, into `found`.
// `slots` has an entry for each block of the heap; those of `blocks` are
// overwritten.
void find_pointers(const BlockIndex& index, Memory& memory,
                   const LiveBlock& holder, std::span<const BlockNumber> blocks,
                   std::span<std::uint32_t> slots, std::vector<Pointer>& found);

}  // namespace tidemark
