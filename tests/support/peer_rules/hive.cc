#include "tests/support/peer_rules/hive.h"

namespace tidemark::peers {
namespace {

bool grew(const SnapshotDifference& difference, const std::string& name) {
  const auto found = difference.find(name);
  return found != difference.end() && found->second.bytes() > 0;
}

void add(ClassDifference& sum, const ClassDifference& difference) {
  sum.added += difference.added;
  sum.removed += difference.removed;
  sum.added_bytes += difference.added_bytes;
  sum.removed_bytes += difference.removed_bytes;
}

}  // namespace

SnapshotDifference leaking_classes(
    std::span<const SnapshotDifference> differences) {
  SnapshotDifference leaking;
  for (const auto& [name, first] : differences.front()) {
    ClassDifference sum;
    bool grew_each_time = true;
    for (const SnapshotDifference& difference : differences) {
      grew_each_time = grew_each_time && grew(difference, name);
      if (grew_each_time) add(sum, difference.at(name));
    }
    if (grew_each_time && sum.objects() != 0) leaking[name] = sum;
  }
  return leaking;
}

}  // namespace tidemark::peers
