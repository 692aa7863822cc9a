#include "harness/runtimes/v8/heap_snapshot.h"

#include <algorithm>

namespace tidemark {

void SnapshotStrings::add(std::string_view kept) {
  // Names are told and not computed with: those beyond a gibibyte are as if
  // they had none.
  constexpr std::size_t kMostText = std::size_t{1} << 30;
  if (text_.size() + kept.size() <= kMostText) text_.append(kept);
  ends_.push_back(static_cast<std::uint32_t>(text_.size()));
}

std::uint64_t V8Snapshot::bytes_of(ObjectIndex node) const {
  if (self[node] != kBeyond) return self[node];
  const auto found = std::lower_bound(
      large.begin(), large.end(), node,
      [](const auto& one, ObjectIndex index) { return one.first < index; });
  return found->second;
}

std::uint32_t V8Snapshot::last_id() const {
  std::uint32_t last = 0;
  for (const std::uint32_t each : id)
    if (id_tells_birth(each)) last = std::max(last, each);
  return last;
}

}  // namespace tidemark
