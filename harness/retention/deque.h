// The header of a std::deque of libstdc++ (GCC 5 to 14).
#pragma once

#include <cstdint>
#include <optional>

#include "harness/retention/block_index.h"
#include "harness/retention/memory.h"

namespace tidemark {

// {map, entries of the map, first {at, begin, end, node}, last {…}}: elements
// are from `at` of the first to `at` of the last, in chunks from `begin` to
// `end` that the map's entries from `node` to `node` point to.
struct Deque {
  struct Iterator {
    std::uint64_t at = 0, begin = 0, end = 0, node = 0;
  };
  std::uint64_t map = 0;
  std::uint64_t entries = 0;
  Iterator first, last;
};

// The one whose header is there: its map is a block, and all that it says of
// itself is in agreement. Empty if there is none.
std::optional<Deque> deque_at(const BlockIndex& index, Memory& memory,
                              std::uint64_t header);

// The requested bytes of the block that begins there; 0: none does.
std::uint64_t bytes_at(const BlockIndex& index, std::uint64_t address);

}  // namespace tidemark
