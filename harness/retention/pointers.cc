#include "harness/retention/pointers.h"

#include <algorithm>
#include <cstring>

#include "harness/retention/pieces.h"

namespace tidemark {
namespace {

// Up to so many blocks are compared with each word; more are looked up.
constexpr std::size_t kFew = 4;

}  // namespace

void find_pointers(const BlockIndex& index, Memory& memory,
                   const LiveBlock& holder, std::span<const BlockNumber> blocks,
                   std::span<std::uint32_t> slots,
                   std::vector<Pointer>& found) {
  const std::span<const LiveBlock> all = index.blocks();
  found.assign(blocks.size(), Pointer{});
  for (std::size_t i = 0; i < blocks.size(); ++i)
    slots[blocks[i]] = static_cast<std::uint32_t>(i);
  std::size_t missing = blocks.size();
  auto see = [&](std::size_t i, std::uint64_t word, std::uint64_t at) {
    if (found[i].at != 0) return;
    found[i] = {at, word != all[blocks[i]].address};
    --missing;
  };
  auto look_at = [&](std::uint64_t word, std::uint64_t at) {
    if (!index.may_find(word)) return;
    if (blocks.size() <= kFew) {
      for (std::size_t i = 0; i < blocks.size(); ++i)
        if (word - all[blocks[i]].address < extent(all[blocks[i]]))
          see(i, word, at);
      return;
    }
    const BlockNumber block = index.find(word);
    if (block == kNoBlock) return;
    const std::uint32_t slot = slots[block];
    if (slot < blocks.size() && blocks[slot] == block) see(slot, word, at);
  };
  std::uint64_t at = (holder.address + 7) & ~7ull;
  const std::uint64_t end = (holder.address + holder.bytes) & ~7ull;
  while (at < end && missing > 0) {
    const std::uint64_t wanted = std::min(end - at, kPieceBytes);
    const std::span<const std::byte> bytes = memory.bytes(at, wanted);
    const std::size_t words = bytes.size() / 8;
    for (std::size_t i = 0; i < words && missing > 0; ++i) {
      std::uint64_t word;
      std::memcpy(&word, bytes.data() + i * 8, 8);
      look_at(word, at + i * 8);
    }
    at += words * 8;
    if (words * 8 < wanted) at = (at / kPageBytes + 1) * kPageBytes;
  }
  for (Pointer& pointer : found)
    if (pointer.at == 0) pointer.at = holder.address;
}

}  // namespace tidemark
