#include "harness/runtimes/managed/kept_together.h"

namespace tidemark {

Bytes KeptTogether::bytes(std::span<const ObjectIndex> objects) {
  ++calls_;
  const std::uint32_t beside = calls_ * 2;
  const std::uint32_t below = beside + 1;
  // First the objects themselves: a way upwards ends at them.
  for (const ObjectIndex object : objects) seen_[object] = below;
  Bytes sum;
  for (const ObjectIndex object : objects) {
    const ObjectIndex above = dominators_.parent[object];
    ObjectIndex end = above;
    while (end != kNoObject && seen_[end] != below && seen_[end] != beside)
      end = dominators_.parent[end];
    const bool counted = end != kNoObject && seen_[end] == below;
    if (!counted)
      sum += Bytes{static_cast<std::int64_t>(dominators_.retained[object])};
    for (ObjectIndex at = above; at != end; at = dominators_.parent[at])
      seen_[at] = counted ? below : beside;
  }
  return sum;
}

}  // namespace tidemark
