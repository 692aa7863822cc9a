#include "harness/retention/block_index.h"

#include <algorithm>

namespace tidemark {

// Fills the index in the order of addresses.
class BlockIndex::Builder {
 public:
  explicit Builder(BlockIndex& index) : index_(index) {}

  void add(std::uint64_t address, BlockNumber number) {
    begun_ = number;
    if (address >> 20 != mib_ || !in_mib_) open_mib(address >> 20);
    const std::uint64_t kib = first_kib_ + (address >> 10 & 1023);
    rank_up_to(kib + 1);
    const std::uint64_t bit = 1ull << (address >> 4 & 63);
    if (index_.bits_[kib] & bit) index_.ranks_[kib] |= kCrowded;
    index_.bits_[kib] |= bit;
    begun_ = number + 1;
  }

  // No more blocks; addresses up to the GiB `last` can be asked for.
  void finish(std::uint64_t last) {
    close_gib();
    while (index_.tops_.size() <= last - (index_.low_ >> 30))
      index_.tops_.push_back(begun_ | kNoStart);
  }

 private:
  // Every KiB from the one that is next on and before `end` has so many
  // blocks before it.
  void rank_up_to(std::uint64_t end) {
    while (index_.ranks_.size() < end) index_.ranks_.push_back(begun_);
  }

  void close_mib() {
    if (in_mib_) rank_up_to(index_.bits_.size());
    in_mib_ = false;
  }

  void close_gib() {
    close_mib();
    if (in_gib_) fill_table_up_to(1024);
    in_gib_ = false;
  }

  void fill_table_up_to(std::uint64_t entry) {
    const std::uint64_t end = index_.tops_.back() + entry;
    while (index_.tables_.size() < end)
      index_.tables_.push_back(begun_ | kNoStart);
  }

  void open_mib(std::uint64_t mib) {
    close_mib();
    if (!in_gib_ || mib >> 10 != gib_) open_gib(mib >> 10);
    fill_table_up_to(mib & 1023);
    first_kib_ = index_.bits_.size();
    index_.tables_.push_back(static_cast<std::uint32_t>(first_kib_));
    index_.bits_.resize(first_kib_ + 1024);
    mib_ = mib;
    in_mib_ = true;
  }

  void open_gib(std::uint64_t gib) {
    close_gib();
    while (index_.tops_.size() < gib - (index_.low_ >> 30))
      index_.tops_.push_back(begun_ | kNoStart);
    index_.tops_.push_back(static_cast<std::uint32_t>(index_.tables_.size()));
    gib_ = gib;
    in_gib_ = true;
  }

  BlockIndex& index_;
  std::uint64_t gib_ = 0;
  std::uint64_t mib_ = 0;
  std::uint64_t first_kib_ = 0;
  BlockNumber begun_ = 0;  // blocks that begin before where we are
  bool in_gib_ = false;
  bool in_mib_ = false;
};

BlockIndex::BlockIndex(std::span<const LiveBlock> blocks) : blocks_(blocks) {
  if (blocks.empty()) return;
  low_ = blocks.front().address;
  span_ = blocks.back().address + extent(blocks.back()) - low_;
  // Counted first: a vector that grows would hold everything twice.
  std::uint64_t mibs = 0, last = 0;
  for (const LiveBlock& block : blocks) {
    mibs += mibs == 0 || block.address >> 20 != last;
    last = block.address >> 20;
  }
  bits_.reserve(mibs * 1024);
  ranks_.reserve(mibs * 1024);
  Builder builder(*this);
  for (BlockNumber i = 0; i < blocks.size(); ++i)
    builder.add(blocks[i].address, i);
  builder.finish((low_ + span_ - 1) >> 30);
}

// How many blocks begin at or before `address`, of whose KiB `rank` blocks
// begin before.
BlockNumber BlockIndex::search(std::uint32_t rank,
                               std::uint64_t address) const {
  auto from = blocks_.begin() + rank;
  auto to =
      blocks_.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(
                            blocks_.size(), rank + 1024ull));
  auto after = std::upper_bound(from, to, address,
                                [](std::uint64_t a, const LiveBlock& block) {
                                  return a < block.address;
                                });
  return static_cast<BlockNumber>(after - blocks_.begin());
}

Bytes BlockIndex::memory() const {
  return {static_cast<std::int64_t>(
      (tops_.capacity() + tables_.capacity() + ranks_.capacity()) * 4 +
      bits_.capacity() * 8)};
}

}  // namespace tidemark
