// From any address to the live block that contains it, in constant time.
//
// One bit for each 16 bytes of address space, set where a block begins, and
// for each KiB the number of blocks that begin before it. Both exist only for
// MiBs in which a block begins; the rest of the address space has a number:
//
//   address >> 30        tops      table of this GiB, or rank | kNoStart
//   address >> 20 & 1023 tables    first KiB of this MiB, or rank | kNoStart
//   address >> 10 & 1023 bits      where blocks begin in this KiB
//                        ranks     blocks that begin before it
//
// The block that contains an address, if any, is the last one that begins at
// or before it: big blocks need no search. Costs 12 bytes for each KiB, which
// is 4.8 bytes for each block of 400.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tidemark/retention.h"

namespace tidemark {

// Index into FrozenHeap::blocks().
using BlockNumber = std::uint32_t;

inline constexpr BlockNumber kNoBlock = 0xffffffff;

// A block of 0 bytes is taken for one of 1: somebody may hold it.
inline std::uint64_t extent(const LiveBlock& block) {
  return block.bytes ? block.bytes : 1;
}

class BlockIndex {
 public:
  // REQUIRES: `blocks` sorted by address, none overlap, fewer than 2^31, none
  // at or above 2^48. They must outlive the index.
  explicit BlockIndex(std::span<const LiveBlock> blocks);

  // The block that contains `address`: its first byte, or any within; one
  // past the end is not. kNoBlock if there is none.
  BlockNumber find(std::uint64_t address) const {
    if (!may_find(address)) return kNoBlock;
    return confirm(candidate(place(address), address), address);
  }

  // The steps of find(). Each touches memory that the step before has asked
  // the processor for, so that a caller with many addresses waits for none.
  bool may_find(std::uint64_t address) const { return address - low_ < span_; }
  std::uint32_t place(std::uint64_t address) const;
  BlockNumber candidate(std::uint32_t place, std::uint64_t address) const;
  BlockNumber confirm(BlockNumber candidate, std::uint64_t address) const {
    if (candidate == kNoBlock) return kNoBlock;
    const LiveBlock& block = blocks_[candidate];
    if (address - block.address < extent(block)) return candidate;
    if (block.address <= address || candidate == 0) return kNoBlock;
    // A block that begins later in the same 16 bytes.
    const LiveBlock& before = blocks_[candidate - 1];
    return address - before.address < extent(before) ? candidate - 1 : kNoBlock;
  }

  std::span<const LiveBlock> blocks() const { return blocks_; }

  Bytes memory() const;

 private:
  class Builder;

  // The top bit of an entry of tops_ and tables_: no block begins here.
  static constexpr std::uint32_t kNoStart = 1u << 31;
  // The top bit of a rank: two blocks begin in the same 16 bytes of this KiB.
  static constexpr std::uint32_t kCrowded = 1u << 31;

  BlockNumber search(std::uint32_t rank, std::uint64_t address) const;

  std::span<const LiveBlock> blocks_;
  std::uint64_t low_ = 0;
  std::uint64_t span_ = 0;  // from low_ to the end of the last block
  std::vector<std::uint32_t> tops_;
  std::vector<std::uint32_t> tables_;
  std::vector<std::uint64_t> bits_;
  std::vector<std::uint32_t> ranks_;
};

// std::popcount is a call into libgcc where the instruction is not promised.
inline std::uint32_t ones(std::uint64_t word) {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return static_cast<std::uint32_t>(word * 0x0101010101010101 >> 56);
}

inline std::uint32_t BlockIndex::place(std::uint64_t address) const {
  const std::uint32_t top = tops_[(address >> 30) - (low_ >> 30)];
  if (top & kNoStart) return top;
  const std::uint32_t entry = tables_[top + (address >> 20 & 1023)];
  if (entry & kNoStart) return entry;
  const std::uint32_t kib = entry + (address >> 10 & 1023);
  __builtin_prefetch(&bits_[kib]);
  __builtin_prefetch(&ranks_[kib]);
  return kib;
}

inline BlockNumber BlockIndex::candidate(std::uint32_t place,
                                         std::uint64_t address) const {
  std::uint32_t begun;
  if (place & kNoStart) {
    begun = place & ~kNoStart;
  } else if (ranks_[place] & kCrowded) {
    begun = search(ranks_[place] & ~kCrowded, address);
  } else {
    const std::uint64_t up_to = ~0ull >> (63 - (address >> 4 & 63));
    begun = ranks_[place] + ones(bits_[place] & up_to);
  }
  if (begun == 0) return kNoBlock;
  __builtin_prefetch(&blocks_[begun - 1]);
  return begun - 1;
}

}  // namespace tidemark
