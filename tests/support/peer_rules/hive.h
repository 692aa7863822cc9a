// The memory test of the Hive gateway: five runs of load, a heap snapshot
// after each. A class leaks whose bytes grew from each snapshot to the next,
// and whose count of objects is not what it was.
// Source: graphql-hive/gateway e104b450, internal/perf/src/heapsnapshot.ts
// (leakingObjectsInHeapSnapshotFiles), internal/perf/src/memtest.ts.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace tidemark::peers {

inline constexpr int kHiveRuns = 5;

// What one snapshot has of a class and the one before has not, and the other
// way round.
struct ClassDifference {
  std::int64_t added = 0;
  std::int64_t removed = 0;
  std::int64_t added_bytes = 0;
  std::int64_t removed_bytes = 0;

  std::int64_t objects() const { return added - removed; }
  std::int64_t bytes() const { return added_bytes - removed_bytes; }
  bool operator==(const ClassDifference&) const = default;
};

using SnapshotDifference = std::map<std::string, ClassDifference>;

// The sums of the classes that leak. REQUIRES: two differences at least.
SnapshotDifference leaking_classes(
    std::span<const SnapshotDifference> differences);

}  // namespace tidemark::peers
