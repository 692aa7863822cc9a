#include "harness/retention/graph.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "harness/retention/pieces.h"

namespace tidemark {
namespace {

// Two blocks this near to each other are read together: to copy a hole costs
// less than another call.
constexpr std::uint64_t kBridge = 8 << 10;

// search() numbers them with a bit less than a word has.
constexpr std::size_t kMostRoots = (1ull << 31) - 1;

// A piece of memory, and the few words around it.
class Piece {
 public:
  Piece(const FrozenHeap& heap, std::uint64_t at,
        std::span<const std::uint64_t> words)
      : heap_(heap), at_(at), words_(words) {}

  std::uint64_t word(std::uint64_t address) const {
    return words_[(address - at_) / 8];
  }

  Surrounded around(std::uint64_t address) const {
    const std::size_t i = (address - at_) / 8;
    if (i >= 2 && i + 2 < words_.size())
      return {words_[i - 2], words_[i - 1], words_[i], words_[i + 1],
              words_[i + 2]};
    return {beyond(address - 16), beyond(address - 8), words_[i],
            beyond(address + 8), beyond(address + 16)};
  }

 private:
  std::uint64_t beyond(std::uint64_t address) const {
    if (address - at_ < words_.size() * 8) return word(address);
    std::uint64_t found = 0;
    const std::size_t got =
        heap_.read(address, std::as_writable_bytes(std::span(&found, 1)));
    return got == sizeof found ? found : 0;
  }

  const FrozenHeap& heap_;
  std::uint64_t at_;
  std::span<const std::uint64_t> words_;
};

// Words that may be pointers, held back until enough are together that the
// processor can fetch for all of them at once. Passes them on in order.
template <class Emit>
class Resolver {
 public:
  Resolver(const BlockIndex& index, Emit emit) : index_(index), emit_(emit) {}

  // `of` is the number of the block or root that the word is in.
  void offer(const Piece& piece, std::uint64_t at, std::uint32_t of) {
    const std::uint64_t word = piece.word(at);
    if (!index_.may_find(word)) return;
    held_[count_++] = {piece.around(at), at, of, index_.place(word)};
    if (count_ == held_.size()) flush();
  }

  void flush() {
    for (std::size_t i = 0; i < count_; ++i)
      held_[i].place = index_.candidate(held_[i].place, held_[i].words.word);
    for (std::size_t i = 0; i < count_; ++i) {
      const Held& held = held_[i];
      const BlockNumber block = index_.confirm(held.place, held.words.word);
      if (block != kNoBlock) emit_(held.words, held.at, held.of, block);
    }
    count_ = 0;
  }

 private:
  struct Held {
    Surrounded words;
    std::uint64_t at;
    std::uint32_t of;
    std::uint32_t place;  // then its candidate
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

// Mappings of the service's. A word that is an address inside one says who
// owns a part of it, and not who owns all that its parts point to: an
// interpreter's arena, a pool.
class Mappings {
 public:
  Mappings(const FrozenHeap& heap, const BlockIndex& index) {
    for (const RootRange& root : heap.roots()) {
      if (root.kind != RootKind::kMapping) continue;
      const BlockNumber block = index.find(root.from);
      if (block == kNoBlock) continue;
      is_one_.resize(heap.blocks().size());
      is_one_[block] = true;
    }
  }

  bool contain(BlockNumber block) const {
    return !is_one_.empty() && is_one_[block];
  }

 private:
  std::vector<bool> is_one_;
};

// What a word says, by all that is known of it.
class Judge {
 public:
  Judge(const FrozenHeap& heap, const BlockIndex& index)
      : blocks_(heap.blocks()), mappings_(heap, index), slack_(heap, index) {}

  Pointing see(const Surrounded& words, std::uint64_t at, BlockNumber block) {
    const Pointing how = slack_.see(words, at, block);
    const bool inside = words.word != blocks_[block].address;
    return how == Pointing::kTo && inside && mappings_.contain(block)
               ? Pointing::kInto
               : how;
  }

  SlackFinder& slack() { return slack_; }

 private:
  std::span<const LiveBlock> blocks_;
  Mappings mappings_;
  SlackFinder slack_;
};

// Objects in one arena point to those of another by the million.
class Pairs {
 public:
  void add(WeakEdge pair) {
    if (pair.from == pair.to || (!all_.empty() && all_.back() == pair)) return;
    all_.push_back(pair);
    if (all_.size() < 2 * apart_ + kFew) return;
    settle();
    apart_ = all_.size();
  }

  std::vector<WeakEdge> take() {
    settle();
    return std::move(all_);
  }

 private:
  static constexpr std::size_t kFew = 1 << 16;

  void settle() {
    std::sort(all_.begin(), all_.end());
    all_.erase(std::unique(all_.begin(), all_.end()), all_.end());
  }

  std::vector<WeakEdge> all_;
  std::size_t apart_ = 0;
};

void read_blocks(const FrozenHeap& heap, const BlockIndex& index, Judge& judge,
                 Graph& graph, Pairs& weak) {
  Edges& edges = graph.edges;
  Pairs into;
  const std::span<const LiveBlock> blocks = heap.blocks();
  const std::vector<RootRange> used = in_use_by_threads(heap, index);
  std::size_t next_used = 0;
  auto emit = [&](const Surrounded& words, std::uint64_t at, BlockNumber from,
                  BlockNumber to) {
    const Pointing how = judge.see(words, at, to);
    if (how == Pointing::kTo) edges.add(from, to);
    if (how == Pointing::kInto) into.add({from, to});
    if (how == Pointing::kWeak) weak.add({from, to});
  };
  Resolver<decltype(emit)> resolver(index, emit);
  WordReader reader(heap);
  for (BlockNumber first = 0; first < blocks.size();) {
    const BlockNumber end = neighbours(blocks, first);
    BlockNumber current = first;
    auto see = [&](std::uint64_t at, std::span<const std::uint64_t> words) {
      const std::uint64_t stop = at + words.size() * 8;
      const Piece piece(heap, at, words);
      for (; current < end && blocks[current].address < stop; ++current) {
        const LiveBlock& block = blocks[current];
        const std::uint64_t to = std::min(down_to_word(end_of(block)), stop);
        std::uint64_t word = std::max(up_to_word(block.address), at);
        auto offer_up_to = [&](std::uint64_t until) {
          for (; word < until; word += 8) resolver.offer(piece, word, current);
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
  graph.into = into.take();
}

// The pointers of roots, in the order of their words. Of the service's own
// mappings only the first to each block: an interpreter's arenas point to each
// other by the million.
class RootEdges {
 public:
  explicit RootEdges(std::span<const RootRange> ranges) : ranges_(ranges) {}

  void add(const RootEdge& edge) {
    if (first_ < all_.size() && all_.back().range != edge.range) settle();
    if (ranges_[edge.range].kind != RootKind::kMapping) {
      all_.push_back(edge);
      first_ = all_.size();
      return;
    }
    all_.push_back(edge);
    if (all_.size() - first_ < 2 * apart_ + kFew) return;
    leave_first();
    apart_ = all_.size() - first_;
  }

  std::vector<RootEdge> take() {
    settle();
    return std::move(all_);
  }

 private:
  static constexpr std::size_t kFew = 1 << 16;

  // Of the range under way, the first pointer to each block.
  void leave_first() {
    const auto from = all_.begin() + static_cast<std::ptrdiff_t>(first_);
    const auto to_what = [](const RootEdge& edge) {
      return std::tuple(edge.block, edge.how);
    };
    std::sort(from, all_.end(), [&](const RootEdge& a, const RootEdge& b) {
      return std::tuple(to_what(a), a.word) < std::tuple(to_what(b), b.word);
    });
    const auto same = [&](const RootEdge& a, const RootEdge& b) {
      return to_what(a) == to_what(b);
    };
    all_.erase(std::unique(from, all_.end(), same), all_.end());
  }

  void settle() {
    leave_first();
    std::sort(
        all_.begin() + static_cast<std::ptrdiff_t>(first_), all_.end(),
        [](const RootEdge& a, const RootEdge& b) { return a.word < b.word; });
    first_ = all_.size();
    apart_ = 0;
  }

  std::span<const RootRange> ranges_;
  std::vector<RootEdge> all_;
  std::size_t first_ = 0;  // of the mapping under way
  std::size_t apart_ = 0;
};

std::vector<RootEdge> read_roots(const FrozenHeap& heap,
                                 const BlockIndex& index, Judge& judge) {
  RootEdges found(heap.roots());
  auto emit = [&](const Surrounded& words, std::uint64_t at,
                  std::uint32_t range, BlockNumber block) {
    const Pointing how = judge.see(words, at, block);
    if (how != Pointing::kPast) found.add({at, block, range, how});
  };
  Resolver<decltype(emit)> resolver(index, emit);
  WordReader reader(heap);
  const std::span<const RootRange> ranges = heap.roots();
  for (std::uint32_t i = 0; i < ranges.size(); ++i)
    reader.read(up_to_word(ranges[i].from), down_to_word(ranges[i].to),
                [&](std::uint64_t at, std::span<const std::uint64_t> words) {
                  const Piece piece(heap, at, words);
                  for (std::size_t k = 0; k < words.size(); ++k)
                    resolver.offer(piece, at + k * 8, i);
                });
  resolver.flush();
  return found.take();
}

}  // namespace

Result<Graph> read_graph(const FrozenHeap& heap, const BlockIndex& index) {
  Graph graph{Edges(heap.blocks().size()), {}};
  Judge judge(heap, index);
  Pairs weak;
  read_blocks(heap, index, judge, graph, weak);
  if (graph.edges.full())
    return fail(ErrorKind::kEnvironment,
                "the heap of the service has more than 4,294,967,295 pointers "
                "from block to block: who holds what is not looked for");
  graph.roots = read_roots(heap, index, judge);
  if (graph.roots.size() >= kMostRoots)
    return fail(ErrorKind::kEnvironment,
                "the roots of the service have more than 2,147,483,646 "
                "pointers to blocks: who holds what is not looked for");
  for (const WeakEdge& edge : judge.slack().weaken(graph.edges)) weak.add(edge);
  graph.weak = weak.take();
  return graph;
}

}  // namespace tidemark
