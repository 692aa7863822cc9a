#include "harness/retention/slack.h"

#include <algorithm>

#include "harness/retention/deque.h"
#include "harness/retention/pieces.h"

namespace tidemark {
namespace {

// libstdc++ begins with so many entries.
constexpr std::uint64_t kLeastMap = 8;

std::uint64_t end_of(const LiveBlock& block) {
  return block.address + block.bytes;
}

bool contains(const std::vector<BlockNumber>& sorted, BlockNumber block) {
  return std::binary_search(sorted.begin(), sorted.end(), block);
}

}  // namespace

Pointing SlackFinder::see(const Surrounded& words, std::uint64_t at,
                          BlockNumber block) {
  const LiveBlock& to = index_.blocks()[block];
  if (words.word != to.address) return Pointing::kTo;
  // {begin, end, capacity}.
  if (words.after >= words.word && words.two_after > words.after &&
      words.two_after == end_of(to) &&
      (words.after > words.word || !is_iterator(words.word, at)))
    vectors_.push_back(words.after);
  // {map, entries, first.at, …}.
  if (words.after >= kLeastMap && words.after == to.bytes / 8 &&
      index_.may_find(words.two_after))
    note_deque(at);

  if (block == 0) return Pointing::kTo;
  const LiveBlock& previous = index_.blocks()[block - 1];
  if (end_of(previous) != words.word || previous.bytes == 0)
    return Pointing::kTo;
  // {at, begin, end, node}. Before the vector: with `at` at the beginning it
  // looks like one.
  if (words.before == previous.address &&
      words.two_before >= previous.address && words.two_before < words.word &&
      index_.may_find(words.after) &&
      memory_.word(words.after) == previous.address)
    return Pointing::kPast;
  const bool is_capacity = words.two_before == previous.address &&
                           words.before >= previous.address &&
                           words.before <= words.word;
  const bool is_full_end =
      words.before == previous.address && words.after == words.word;
  if (is_capacity || is_full_end) return Pointing::kWeak;
  return Pointing::kTo;
}

// {at, begin, end, node}, at the first element of a chunk, looks like an empty
// vector.
bool SlackFinder::is_iterator(std::uint64_t chunk, std::uint64_t at) {
  return memory_.word(memory_.word(at + 24)) == chunk;
}

void SlackFinder::note_deque(std::uint64_t header) {
  const std::optional<Deque> deque = deque_at(index_, memory_, header);
  if (!deque) return;
  const auto& [map, entries, first, last] = *deque;
  deques_.push_back({map, first.node, true});
  deques_.push_back({last.node + 8, map + entries * 8, true});
  deques_.push_back({first.begin, first.at, true});
  deques_.push_back({last.at, last.end, true});
}

void SlackFinder::add_targets(std::uint64_t from, std::uint64_t to,
                              std::vector<BlockNumber>& into) {
  from = (from + 7) & ~7ull;
  to &= ~7ull;
  while (from < to) {
    const std::uint64_t wanted = std::min(to - from, kPieceBytes);
    const std::span<const std::byte> bytes = memory_.bytes(from, wanted);
    const std::size_t words = bytes.size() / 8;
    for (std::size_t i = 0; i < words; ++i) {
      std::uint64_t word;
      std::memcpy(&word, bytes.data() + i * 8, 8);
      const BlockNumber block = index_.find(word);
      if (block != kNoBlock) into.push_back(block);
    }
    from += words * 8;
    if (words * 8 < wanted) from = (from / kPageBytes + 1) * kPageBytes;
  }
}

void SlackFinder::weaken_block(std::span<const Part>& parts, Edges& edges,
                               std::vector<WeakEdge>& weak) {
  const BlockNumber number = index_.find(parts.front().from);
  const LiveBlock& block = index_.blocks()[number];
  const std::span<const Part> all = parts;
  std::vector<BlockNumber> unused, used;
  bool sure = true;
  std::size_t count = 0;
  for (; count < all.size() && all[count].from < end_of(block); ++count) {
    add_targets(all[count].from, std::min(all[count].to, end_of(block)),
                unused);
    sure = sure && all[count].sure;
  }
  parts = all.subspan(count);
  if (unused.empty()) return;
  std::uint64_t at = block.address;
  for (const Part& part : all.first(count)) {
    if (at < part.from) add_targets(at, part.from, used);
    at = std::max(at, part.to);
  }
  add_targets(at, end_of(block), used);
  std::sort(unused.begin(), unused.end());
  unused.erase(std::unique(unused.begin(), unused.end()), unused.end());
  std::sort(used.begin(), used.end());
  edges.keep_if(number, [&](BlockNumber to) {
    return !contains(unused, to) || contains(used, to);
  });
  if (sure) return;
  for (BlockNumber to : unused)
    if (to != number && !contains(used, to)) weak.push_back({number, to});
}

std::vector<WeakEdge> SlackFinder::weaken(Edges& edges) {
  std::vector<Part> parts;
  std::erase_if(deques_, [&](const Part& part) {
    return part.from >= part.to || index_.find(part.from) == kNoBlock;
  });
  parts.swap(deques_);
  parts.reserve(parts.size() + vectors_.size());
  for (std::uint64_t from : vectors_)
    parts.push_back({from, end_of(index_.blocks()[index_.find(from)]), false});
  std::sort(parts.begin(), parts.end(),
            [](const Part& a, const Part& b) { return a.from < b.from; });
  std::vector<WeakEdge> weak;
  std::span<const Part> left = parts;
  while (!left.empty()) weaken_block(left, edges, weak);
  return weak;
}

}  // namespace tidemark
