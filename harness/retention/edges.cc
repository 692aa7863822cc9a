#include "harness/retention/edges.h"

namespace tidemark {
namespace {

// How far back a repetition is looked for: begin and end of a vector, the
// pointers of an iterator.
constexpr std::uint64_t kLookBack = 4;

}  // namespace

void Edges::add(BlockNumber from, BlockNumber to) {
  while (first_.size() <= from)
    first_.push_back(static_cast<std::uint32_t>(count_));
  if (from == to) return;
  const std::uint64_t first = first_[from];
  for (std::uint64_t i = count_; i > first && count_ - i < kLookBack; --i)
    if (at(static_cast<std::uint32_t>(i - 1)) == to) return;
  if (count_ == kMost) {
    full_ = true;
    return;
  }
  if (count_ % kPiece == 0)
    pieces_.push_back(std::make_unique_for_overwrite<BlockNumber[]>(kPiece));
  pieces_.back()[count_ % kPiece] = to;
  ++count_;
}

void Edges::finish(std::size_t blocks) {
  while (first_.size() <= blocks)
    first_.push_back(static_cast<std::uint32_t>(count_));
}

Bytes Edges::memory() const {
  return {static_cast<std::int64_t>(first_.capacity() * 4 +
                                    pieces_.size() * (kPiece * 4 + 8))};
}

}  // namespace tidemark
