// BLeak: eight round trips with a snapshot after each; what has more outgoing
// references in every snapshot than in the one before is a leak.
//
//   growing(n′) = growing(n) ∧ outdegree(n) < outdegree(n′)
//
// along references of equal names from the roots on, where every object of
// the first snapshot grows.
// Source: plasma-umass/BLeak 2b2db083, src/lib/growth_graph.ts (mergeGraphs,
// HeapGrowthTracker), src/lib/bleak_config.ts (iterations: 8),
// src/lib/bleak_operations.ts (ProgramRunOperation: no snapshot before the
// first trip).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tests/support/peer_rules/heap_dump.h"

namespace tidemark::peers {

inline constexpr int kBleakTrips = 8;

// The rule for one object's out-degree.
bool rises_every_time(std::span<const double> readings);

class GrowthTracker {
 public:
  void add(const HeapDump& snapshot);

  // Shortest paths to what grew in every snapshot so far, the names of
  // references with dots between: "rooms.table". In breadth-first order; none
  // after the first snapshot.
  std::vector<std::string> growing() const;

 private:
  HeapDump last_;
  std::vector<bool> growing_;  // of the objects of `last_`
  int snapshots_ = 0;
};

}  // namespace tidemark::peers
