// How much of the heap each of some roots answers for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/retention/graph.h"

namespace tidemark {

// The pointers of one root, as people see it: a global variable, a frame.
// Indices into Graph::roots; in no group twice, in no two groups.
using RootGroup = std::vector<std::uint32_t>;

struct Share {
  // Of the blocks that no pointer outside the groups reaches: those that this
  // group alone reaches. They are what would be unreachable without it.
  Count objects;
  Bytes retained;
  // LeakShare: of those blocks, each divided by the number of groups that
  // reach it. Its sum over the groups is the size of them all.
  double shared_objects = 0;
  double shared = 0;  // bytes

  bool operator==(const Share&) const = default;
};

// `aside` has an entry for each root word, or none: those that are not in a
// group and hold nothing either, since nobody is sure of them.
// Exact for up to 64 groups. More are taken 64 at a time, where those of the
// other times count as pointers outside the groups: `retained` is still exact,
// `shared` leaves out what groups of two times hold together.
// Sixteen bytes for each block.
std::vector<Share> shares(const Graph& graph, std::span<const LiveBlock> blocks,
                          std::span<const RootGroup> groups,
                          const std::vector<bool>& aside = {});

}  // namespace tidemark
