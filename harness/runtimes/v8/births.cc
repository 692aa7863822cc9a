#include "harness/runtimes/v8/births.h"

#include <algorithm>

namespace tidemark::v8 {

void Births::note(std::uint32_t last_id, CycleIndex cycle) {
  if (!marks_.empty()) {
    // What died since may have been the highest.
    last_id = std::max(last_id, marks_.back().last_id);
    if (marks_.back().cycle == cycle) {
      marks_.back().last_id = last_id;
      return;
    }
  }
  marks_.push_back({last_id, cycle});
}

CycleIndex Births::born(std::uint32_t id, CycleIndex now) const {
  const auto mark = std::lower_bound(
      marks_.begin(), marks_.end(), id,
      [](const Mark& a, std::uint32_t wanted) { return a.last_id < wanted; });
  return mark == marks_.end() ? now : mark->cycle;
}

}  // namespace tidemark::v8
