// The walk that search, shares and doubt have in common: along the pointers,
// with many loads under way at once.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "harness/retention/edges.h"

namespace tidemark {

// So many holders are walked together.
inline constexpr std::size_t kTogether = 32;

// Calls take(block, holder) for each pointer of each of `holders`, in order.
// ask(block), some time before, may tell the processor what take() will touch.
template <class Ask, class Take>
void walk(const Edges& edges, std::span<const BlockNumber> holders, Ask ask,
          Take take) {
  struct Hop {
    BlockNumber block, holder;
  };
  std::array<Hop, 64> held;
  std::size_t count = 0;
  auto settle = [&] {
    for (std::size_t i = 0; i < count; ++i) take(held[i].block, held[i].holder);
    count = 0;
  };
  for (BlockNumber holder : holders) edges.prefetch(holder);
  for (BlockNumber holder : holders) edges.prefetch_targets(holder);
  for (BlockNumber holder : holders)
    edges.each(holder, [&](BlockNumber block) {
      ask(block);
      held[count++] = {block, holder};
      if (count == held.size()) settle();
    });
  settle();
}

// Breadth first from queue[from], …: where take() says true the block joins
// the queue. The order is that of a plain queue.
template <class Ask, class Take>
void flood(const Edges& edges, std::vector<BlockNumber>& queue,
           std::size_t from, Ask ask, Take take) {
  std::array<BlockNumber, kTogether> holders;
  while (from < queue.size()) {
    const std::size_t count = std::min(queue.size() - from, kTogether);
    std::copy_n(queue.begin() + static_cast<std::ptrdiff_t>(from), count,
                holders.begin());
    from += count;
    walk(edges, std::span(holders).first(count), ask,
         [&](BlockNumber block, BlockNumber holder) {
           if (take(block, holder)) queue.push_back(block);
         });
  }
}

}  // namespace tidemark
