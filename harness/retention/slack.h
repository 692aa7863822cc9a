// What containers have and do not use. Such words are full of old pointers,
// and some point to a block that is not theirs:
//
//   vector {begin, end, capacity}   ┌─────────────┬───────┐┌────────
//                                   │ elements    │ slack ││ a block of
//                                   └─────────────┴───────┘│ somebody's
//                                   ↑ begin   end ↑       ↑ capacity
//
// Allocators without headers put the next block where a vector ends.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/retention/block_index.h"
#include "harness/retention/edges.h"
#include "harness/retention/memory.h"

namespace tidemark {

// A word that is an address inside a block, and its neighbours.
struct Surrounded {
  std::uint64_t two_before = 0;
  std::uint64_t before = 0;
  std::uint64_t word = 0;
  std::uint64_t after = 0;
  std::uint64_t two_after = 0;
};

enum class Pointing : std::uint8_t {
  kTo,    // to the block, as far as anybody can tell
  kInto,  // into a mapping of the service's: perhaps a pool of many owners'
  kWeak,  // perhaps not: the end of a vector that the block lies behind
  kPast,  // not at all: the end of a deque's chunk
};

// A pointer from a block to a block that is less than an Edge.
struct WeakEdge {
  BlockNumber from = 0;
  BlockNumber to = 0;

  auto operator<=>(const WeakEdge&) const = default;
};

// Collects the unused parts of blocks while pointers are read.
class SlackFinder {
 public:
  // `index` must outlive this.
  SlackFinder(const FrozenHeap& heap, const BlockIndex& index)
      : index_(index), memory_(heap) {}

  // `at` is the address of the word, `block` what it points to.
  Pointing see(const Surrounded& words, std::uint64_t at, BlockNumber block);

  // Takes out of `edges` what only unused words hold; by `from`, those of
  // vectors. Those of deques are no pointers any more: a deque is sure.
  std::vector<WeakEdge> weaken(Edges& edges);

 private:
  struct Part {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    bool sure = false;
  };

  bool is_iterator(std::uint64_t chunk, std::uint64_t at);
  void note_deque(std::uint64_t header);
  // Those of one block, which are first in `parts`; moves on in it.
  void weaken_block(std::span<const Part>& parts, Edges& edges,
                    std::vector<WeakEdge>& weak);
  void add_targets(std::uint64_t from, std::uint64_t to,
                   std::vector<BlockNumber>& into);

  const BlockIndex& index_;
  Memory memory_;
  std::vector<std::uint64_t> vectors_;  // where their slack begins
  std::vector<Part> deques_;
};

}  // namespace tidemark
