// Ways from roots to blocks, where all that are alike are one.
//
//   root "g_rooms"
//     └ +0  room            Hop{site of rooms, 0, false}
//         ├ +8  member      a run of members that hold each other is one node
//         │   └ +16  text
//         └ +24 name
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "harness/retention/block_index.h"

namespace tidemark {

// A pointer and the block behind it, as far as ways differ by it.
struct Hop {
  SiteId site = 0;
  std::uint32_t offset = 0;  // of the pointer, in the holder or the root
  bool interior = false;

  auto operator<=>(const Hop&) const = default;
};

class PathTree {
 public:
  using Number = std::uint32_t;

  // More holders than this in a row say nothing: of those between the first
  // ones and the last, no more is told.
  static constexpr std::uint32_t kMostHolders = 24;

  // From so many different offsets on, pointers from alike holders to alike
  // blocks are elements of an array: one node with the smallest offset.
  static constexpr std::uint32_t kArray = 4;

  // A heap without any order has as many ways as blocks: with so many nodes
  // the tree is full, and of a way that would need one more no holders are
  // told between the root and the block.
  explicit PathTree(std::size_t most_nodes = 1 << 16) : most_(most_nodes) {}

  // A block that a way leads to.
  struct Block {
    BlockNumber number = kNoBlock;
    std::uint64_t bytes = 0;
    std::uint64_t pointer = 0;  // the address of the one to it
  };

  struct Node {
    Number holder = 0;        // itself for a root
    std::uint32_t depth = 0;  // 0: a root; `step.site` is then its number
    Hop step;
    std::uint32_t longest = 1;  // run of blocks that are this one node
    bool loops = false;         // between a node and its like
    Block sample;               // the first of the node
  };

  // Where a block is in the tree, and as how manieth of a run.
  struct Place {
    Number node = 0;
    std::uint32_t run = 1;
  };

  Place root(std::uint32_t number);

  // The place of a block whose holder is at `holder`. Ways through chains stay
  // short: a block goes on with a run if it is like its holder; if its step and
  // size are those of a node up to four before; or if its step is the third
  // such in a row, for nodes of a list may have any size. Alike is what has one
  // site and one size: all that a wrapper of malloc allocates has one site.
  Place extend(Place holder, Hop step, const Block& block);

  // The same tree with arrays as one, and with chains as one that are entered
  // at several places: a list from its first node and from its last, a map
  // from its root and from its ends. `moved` tells each node's new number.
  // This one is used up: two of them are more than most heaps' blocks.
  PathTree with_arrays_as_one(std::vector<Number>& moved) &&;

  const Node& at(Number node) const { return nodes_[node]; }
  std::size_t size() const { return nodes_.size(); }

  // The number that root() was given.
  std::uint32_t root_number(Number node) const {
    return nodes_[root_of(node)].step.site;
  }

  // From the root (without it) to `node`.
  std::vector<Number> way_to(Number node) const;

 private:
  struct Key {
    Number holder;
    Hop step;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      std::uint64_t h = (std::uint64_t{key.holder} << 32 | key.step.site) *
                        0x9e3779b97f4a7c15;
      h ^= h >> 29;
      h += std::uint64_t{key.step.offset} << 1 | key.step.interior;
      h *= 0xbf58476d1ce4e5b9;
      return h ^ h >> 32;
    }
  };

  Number child(Number holder, Hop step, const Block& block);
  Number root_of(Number node) const;
  bool goes_on(Number holder, Hop step, const Block& block) const;
  Number loop_to(Number from, Hop step, const Block& block);

  std::size_t most_;
  std::vector<Node> nodes_;
  std::unordered_map<Key, Number, Hash> numbers_;
};

}  // namespace tidemark
