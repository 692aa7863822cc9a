// Which block points to which: four bytes for each pointer and four for each
// block.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "harness/retention/block_index.h"

namespace tidemark {

class Edges {
 public:
  // At most so many; add() beyond it makes the whole full().
  static constexpr std::uint64_t kMost = 0xffffffff;

  explicit Edges(std::size_t blocks) { first_.reserve(blocks + 1); }

  // A pointer in `from` to `to`. REQUIRES: `from` never falls. Pointers of a
  // block to itself hold nothing and are left out, as are repetitions of one
  // of the last few.
  void add(BlockNumber from, BlockNumber to);

  // After the last add(), before the first question.
  void finish(std::size_t blocks);

  // Forgets those pointers in `from` that keep(to) says false of.
  template <class Keep>
  void keep_if(BlockNumber from, Keep keep) {
    const std::uint32_t end = first_[from + 1];
    for (std::uint32_t i = first_[from]; i < end; ++i)
      // A pointer of a block to itself holds nothing.
      if (!keep(at(i))) pieces_[i / kPiece][i % kPiece] = from;
  }

  bool full() const { return full_; }
  std::uint64_t size() const { return count_; }
  std::size_t blocks() const { return first_.size() - 1; }

  // Calls see(to) for each pointer in `from`, in the order of adding.
  template <class See>
  void each(BlockNumber from, See see) const {
    const std::uint32_t end = first_[from + 1];
    for (std::uint32_t i = first_[from]; i < end; ++i) see(at(i));
  }

  // Ask the processor for what each() will touch: first this, then that.
  void prefetch(BlockNumber from) const { __builtin_prefetch(&first_[from]); }
  void prefetch_targets(BlockNumber from) const {
    const std::uint32_t i = first_[from];
    if (i != first_[from + 1])
      __builtin_prefetch(&pieces_[i / kPiece][i % kPiece]);
  }

  Bytes memory() const;

 private:
  // Pieces and not one vector: growing it would need two and a half of it.
  static constexpr std::uint32_t kPiece = 1 << 18;

  BlockNumber at(std::uint32_t i) const {
    return pieces_[i / kPiece][i % kPiece];
  }

  std::vector<std::uint32_t> first_;  // of each block; one more at the end
  std::vector<std::unique_ptr<BlockNumber[]>> pieces_;
  std::uint64_t count_ = 0;
  bool full_ = false;
};

}  // namespace tidemark
