#include "harness/runtimes/v8/wholes.h"

namespace tidemark::v8 {

std::vector<ObjectIndex> wholes_of(
    const V8Snapshot& snapshot, const Census& census,
    const std::function<CycleIndex(ObjectIndex)>& born) {
  const auto belongs = [&census](ObjectIndex node) {
    return census.classes[census.of_node[node]].belongs;
  };
  // Memory outside V8's heap is born with the object that has it.
  const auto with_owner = [&](ObjectIndex node) {
    const ObjectIndex owner = census.owner[node];
    if (owner == kNoObject || census.of_node[owner] == Census::kNone ||
        belongs(node) == Belonging::kNone)
      return false;
    if (census.classes[census.of_node[owner]].native) return false;
    return census.classes[census.of_node[node]].native ||
           born(owner) == born(node);
  };
  constexpr ObjectIndex kOpen = kNoObject - 1;  // its way up is being walked
  std::vector<ObjectIndex> whole(snapshot.nodes(), kNoObject);
  std::vector<ObjectIndex> way;
  for (ObjectIndex start = 0; start < snapshot.nodes(); ++start) {
    if (census.of_node[start] == Census::kNone) continue;
    ObjectIndex node = start;
    while (whole[node] == kNoObject && with_owner(node)) {
      whole[node] = kOpen;
      way.push_back(node);
      node = census.owner[node];
    }
    // What is held in a ring belongs to nobody.
    if (whole[node] == kNoObject || whole[node] == kOpen) whole[node] = node;
    for (ObjectIndex above = node; !way.empty(); way.pop_back()) {
      const ObjectIndex part = way.back();
      const ObjectIndex top = whole[above];
      const bool fits =
          belongs(top) != Belonging::kPart || belongs(part) == Belonging::kPart;
      if (whole[part] == kOpen) whole[part] = fits ? top : part;
      above = part;
    }
  }
  return whole;
}

}  // namespace tidemark::v8
