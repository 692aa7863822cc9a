// LeakCanary's object growth detector: dumps of the heap with so many loops
// of a scenario between them. Objects with the same path from a root are one
// node. A node grows while it grew before and one of its growing groups of
// children rose by as many objects as there were loops; of growing nodes on
// one path the topmost is told. When none grows, it stops: clean.
// Source: square/leakcanary 0f7dbab1,
// shark/shark/src/main/java/shark/ObjectGrowthDetector.kt
// (findGrowingObjects), RepeatingScenarioObjectGrowthDetector.kt (at most 5
// dumps, two loops each when the dump is made in the process itself).
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "tests/support/peer_rules/heap_dump.h"

namespace tidemark::peers {

inline constexpr int kLeakCanaryDumps = 5;
inline constexpr int kLeakCanaryLoops = 2;

// The rule for one node with one group of children, whose size each dump
// read: it grew by `loops` at least from each to the next.
bool keeps_growing(std::span<const double> children, double loops);

struct GrowingChild {
  std::string name;
  int increase = 0;  // objects since the dump before

  bool operator==(const GrowingChild&) const = default;
};

struct GrowingNode {
  std::string name;  // of the last step of its path
  int objects = 0;
  int children = 0;  // objects in all groups of children
  std::vector<GrowingChild> growing;

  bool operator==(const GrowingNode&) const = default;
};

class GrowthDetector {
 public:
  explicit GrowthDetector(int loops = 1) : loops_(loops) {}

  // The nodes that grow up to this dump, in breadth-first order; none after
  // the first. Once none grows, there is nothing more to add.
  std::vector<GrowingNode> add(const HeapDump& dump);

 private:
  // A step from one group of objects with equal paths to the next.
  struct PathNode {
    std::string name;
    std::size_t parent = 0;
    std::vector<std::size_t> children;  // those with objects
    int objects = 0;
    bool growing = false;
    std::vector<std::size_t> growing_children;
  };
  using Tree = std::vector<PathNode>;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  struct Visit {
    std::size_t node;    // in the new tree
    std::size_t before;  // in the old one, or kNone
    std::vector<ObjectNumber> objects;
  };
  class Walk;

  std::vector<GrowingNode> compare(Tree& tree,
                                   const std::vector<Visit>& visits) const;
  bool mark_growing(Tree& tree, const Visit& visit, GrowingNode& told) const;

  int loops_;
  int dumps_ = 0;
  Tree tree_;
};

}  // namespace tidemark::peers
