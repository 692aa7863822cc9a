#include "harness/retention/graph.h"

#include <algorithm>
#include <array>

#include "harness/retention/pieces.h"

namespace tidemark {
namespace {

// Two blocks this near to each other are read together: to copy a hole costs
// less than another call.
constexpr std::uint64_t kBridge = 8 << 10;

// Words that may be pointers, held back until enough are together that the
// processor can fetch for all of them at once. Passes them on in order.
template <class Tag, class Emit>
class Resolver {
 public:
  Resolver(const BlockIndex& index, Emit emit) : index_(index), emit_(emit) {}

  void offer(std::uint64_t word, Tag tag) {
    if (!index_.may_find(word)) return;
    held_[count_++] = {word, tag, index_.place(word)};
    if (count_ == held_.size()) flush();
  }

  void flush() {
    for (std::size_t i = 0; i < count_; ++i)
      held_[i].at = index_.candidate(held_[i].at, held_[i].word);
    for (std::size_t i = 0; i < count_; ++i) {
      const BlockNumber block = index_.confirm(held_[i].at, held_[i].word);
      if (block != kNoBlock) emit_(held_[i].tag, block);
    }
    count_ = 0;
  }

 private:
  struct Held {
    std::uint64_t word;
    Tag tag;
    std::uint32_t at;  // its place, then its candidate
  };

  const BlockIndex& index_;
  Emit emit_;
  std::array<Held, 64> held_;
  std::size_t count_ = 0;
};

std::uint64_t up_to_word(std::uint64_t address) {
  return (address + 7) & ~7ull;
}
std::uint64_t down_to_word(std::uint64_t address) { return address & ~7ull; }

std::uint64_t end_of(const LiveBlock& block) {
  return block.address + block.bytes;
}

// One past the last block that is near to its neighbour, from `first` on.
BlockNumber neighbours(std::span<const LiveBlock> blocks, BlockNumber first) {
  BlockNumber next = first + 1;
  while (next < blocks.size() &&
         blocks[next].address < end_of(blocks[next - 1]) + kBridge)
    ++next;
  return next;
}

// Parts of blocks that a thread uses as its stack or storage: its words, as
// roots, and not the block's. By address.
std::vector<RootRange> in_use_by_threads(const FrozenHeap& heap,
                                         const BlockIndex& index) {
  std::vector<RootRange> used;
  for (const RootRange& root : heap.roots()) {
    const bool threads =
        root.kind == RootKind::kThreadLocal || root.kind == RootKind::kStack;
    if (threads && index.find(root.from) != kNoBlock) used.push_back(root);
  }
  std::sort(
      used.begin(), used.end(),
      [](const RootRange& a, const RootRange& b) { return a.from < b.from; });
  return used;
}

void read_blocks(const FrozenHeap& heap, const BlockIndex& index,
                 Edges& edges) {
  const std::span<const LiveBlock> blocks = heap.blocks();
  const std::vector<RootRange> used = in_use_by_threads(heap, index);
  std::size_t next_used = 0;
  auto emit = [&edges](BlockNumber from, BlockNumber to) {
    edges.add(from, to);
  };
  Resolver<BlockNumber, decltype(emit)> resolver(index, emit);
  WordReader reader(heap);
  for (BlockNumber first = 0; first < blocks.size();) {
    const BlockNumber end = neighbours(blocks, first);
    BlockNumber current = first;
    auto see = [&](std::uint64_t at, std::span<const std::uint64_t> words) {
      const std::uint64_t stop = at + words.size() * 8;
      for (; current < end && blocks[current].address < stop; ++current) {
        const LiveBlock& block = blocks[current];
        const std::uint64_t to = std::min(down_to_word(end_of(block)), stop);
        std::uint64_t word = std::max(up_to_word(block.address), at);
        auto offer_up_to = [&](std::uint64_t until) {
          for (; word < until; word += 8)
            resolver.offer(words[(word - at) / 8], current);
        };
        for (; next_used < used.size() && used[next_used].from < to;
             ++next_used) {
          offer_up_to(used[next_used].from);
          word = std::max(word, used[next_used].to);
          if (word >= to) break;  // perhaps more of it in the next piece
        }
        offer_up_to(to);
        if (end_of(block) > stop) break;  // goes on in the next piece
      }
    };
    reader.read(down_to_word(blocks[first].address),
                down_to_word(end_of(blocks[end - 1])), see);
    first = end;
  }
  resolver.flush();
  edges.finish(blocks.size());
}

std::vector<RootEdge> read_roots(const FrozenHeap& heap,
                                 const BlockIndex& index) {
  struct Tag {
    std::uint64_t word;
    std::uint32_t range;
  };
  std::vector<RootEdge> found;
  auto emit = [&found](Tag tag, BlockNumber block) {
    found.push_back({tag.word, block, tag.range});
  };
  Resolver<Tag, decltype(emit)> resolver(index, emit);
  WordReader reader(heap);
  const std::span<const RootRange> ranges = heap.roots();
  for (std::uint32_t i = 0; i < ranges.size(); ++i)
    reader.read(up_to_word(ranges[i].from), down_to_word(ranges[i].to),
                [&](std::uint64_t at, std::span<const std::uint64_t> words) {
                  for (std::size_t k = 0; k < words.size(); ++k)
                    resolver.offer(words[k], {at + k * 8, i});
                });
  resolver.flush();
  return found;
}

}  // namespace

Result<Graph> read_graph(const FrozenHeap& heap, const BlockIndex& index) {
  Graph graph{Edges(heap.blocks().size()), {}};
  read_blocks(heap, index, graph.edges);
  if (graph.edges.full())
    return fail(ErrorKind::kEnvironment,
                "the heap of the service has more than 4,294,967,295 pointers "
                "from block to block: who holds what is not looked for");
  graph.roots = read_roots(heap, index);
  return graph;
}

}  // namespace tidemark
