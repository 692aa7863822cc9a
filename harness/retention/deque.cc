#include "harness/retention/deque.h"

namespace tidemark {

std::uint64_t bytes_at(const BlockIndex& index, std::uint64_t address) {
  const BlockNumber number = index.find(address);
  if (number == kNoBlock) return 0;
  const LiveBlock& block = index.blocks()[number];
  return block.address == address ? block.bytes : 0;
}

std::optional<Deque> deque_at(const BlockIndex& index, Memory& memory,
                              std::uint64_t header) {
  const auto words = memory.words<10>(header);
  const Deque found{words[0],
                    words[1],
                    {words[2], words[3], words[4], words[5]},
                    {words[6], words[7], words[8], words[9]}};
  const auto& [map, entries, first, last] = found;
  if (entries == 0 || entries >> 40 || bytes_at(index, map) != entries * 8)
    return std::nullopt;
  if (first.node < map || first.node > last.node ||
      last.node >= map + entries * 8 || first.at < first.begin ||
      first.at >= first.end || last.at < last.begin || last.at >= last.end)
    return std::nullopt;
  if (first.end - first.begin != last.end - last.begin ||
      memory.word(first.node) != first.begin ||
      memory.word(last.node) != last.begin)
    return std::nullopt;
  return found;
}

}  // namespace tidemark
