#include <algorithm>
#include <tuple>

#include "harness/runtimes/managed/object_graph.h"

namespace tidemark {
namespace {

// The tree of dominators downwards.
class Below {
 public:
  explicit Below(const std::vector<ObjectIndex>& parent)
      : first_(parent.size(), kNoObject), next_(parent.size(), kNoObject) {
    for (auto i = static_cast<ObjectIndex>(parent.size()); i-- > 0;) {
      if (parent[i] == kNoObject) continue;
      next_[i] = first_[parent[i]];
      first_[parent[i]] = i;
    }
  }

  ObjectIndex first(ObjectIndex parent) const { return first_[parent]; }
  ObjectIndex next(ObjectIndex sibling) const { return next_[sibling]; }

 private:
  std::vector<ObjectIndex> first_;
  std::vector<ObjectIndex> next_;
};

}  // namespace

std::vector<TopHolder> top_holders(const ObjectGraph& graph,
                                   const Dominators& dominators,
                                   std::size_t at_most) {
  const Below below(dominators.parent);
  std::vector<TopHolder> types(graph.type_names.size());
  // Of each type, how many are above where the walk is.
  std::vector<std::uint32_t> open(types.size());
  const auto enter = [&](ObjectIndex object) {
    const std::uint32_t type = graph.type[object];
    TopHolder& row = types[type];
    row.objects.value += 1;
    row.self.value += graph.self[object];
    if (open[type]++ == 0)
      row.retained.value +=
          static_cast<std::int64_t>(dominators.retained[object]);
  };
  for (ObjectIndex top = 0; top < graph.objects(); ++top) {
    if (!dominators.reached[top] || dominators.parent[top] != kNoObject)
      continue;
    ObjectIndex at = top;
    enter(at);
    for (;;) {
      ObjectIndex next = below.first(at);
      // Upwards until there is a sibling; none is left of the topmost.
      while (next == kNoObject && at != kNoObject) {
        --open[graph.type[at]];
        next = at == top ? kNoObject : below.next(at);
        at = at == top ? kNoObject : dominators.parent[at];
      }
      if (next == kNoObject) break;
      at = next;
      enter(at);
    }
  }
  for (std::size_t i = 0; i < types.size(); ++i)
    types[i].type = graph.type_names[i];
  std::erase_if(types,
                [](const TopHolder& row) { return row.objects.value == 0; });
  std::stable_sort(
      types.begin(), types.end(), [](const TopHolder& a, const TopHolder& b) {
        return std::tie(b.retained, a.type) < std::tie(a.retained, b.type);
      });
  types.resize(std::min(types.size(), at_most));
  return types;
}

}  // namespace tidemark
