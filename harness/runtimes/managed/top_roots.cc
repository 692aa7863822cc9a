#include "harness/runtimes/managed/top_roots.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace tidemark {

std::vector<TopRoot> top_roots(const ObjectGraph& graph,
                               const Dominators& dominators,
                               std::size_t at_most) {
  std::map<std::pair<RootKind, std::string_view>, Bytes> sums;
  std::vector<bool> counted(graph.objects(), false);
  for (const GraphRoot& root : graph.roots) {
    if (counted[root.object] || dominators.parent[root.object] != kNoObject)
      continue;
    counted[root.object] = true;
    sums[{root.kind, root.name}] +=
        Bytes{static_cast<std::int64_t>(dominators.retained[root.object])};
  }
  std::vector<TopRoot> roots;
  for (const auto& [root, retained] : sums)
    roots.push_back({root.first, std::string(root.second), retained});
  std::stable_sort(
      roots.begin(), roots.end(), [](const TopRoot& a, const TopRoot& b) {
        return std::tie(b.retained, a.name) < std::tie(a.retained, b.name);
      });
  if (roots.size() > at_most) roots.resize(at_most);
  return roots;
}

}  // namespace tidemark
