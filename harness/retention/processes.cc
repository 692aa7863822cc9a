#include "harness/retention/processes.h"

#include <algorithm>
#include <tuple>

namespace tidemark {
namespace {

// Chains of another length, and blocks of another size on the way, are alike.
bool same_way(const RetainingPath& a, const RetainingPath& b) {
  auto step = [](const Holder& holder) {
    return std::tie(holder.site, holder.offset, holder.interior, holder.type);
  };
  return a.root == b.root && a.root_name == b.root_name &&
         std::equal(a.holders.begin(), a.holders.end(), b.holders.begin(),
                    b.holders.end(), [&](const Holder& x, const Holder& y) {
                      return step(x) == step(y);
                    });
}

void add(const RetainingPath& more, RetainingPath& into) {
  into.objects += more.objects;
  into.bytes += more.bytes;
  into.retained += more.retained;
  into.share += more.share;
  for (std::size_t i = 0; i < into.holders.size(); ++i)
    into.holders[i].repeated =
        std::max(into.holders[i].repeated, more.holders[i].repeated);
}

}  // namespace

Retention add_up(const std::vector<Retention>& processes,
                 std::size_t most_paths) {
  Retention sum;
  for (const Retention& process : processes) {
    for (const RetainingPath& path : process.paths) {
      const auto same = std::find_if(
          sum.paths.begin(), sum.paths.end(),
          [&](const RetainingPath& known) { return same_way(known, path); });
      if (same == sum.paths.end())
        sum.paths.push_back(path);
      else
        add(path, *same);
    }
    sum.unreachable += process.unreachable;
    sum.unreachable_bytes += process.unreachable_bytes;
    sum.doubtful += process.doubtful;
  }
  std::stable_sort(sum.paths.begin(), sum.paths.end(),
                   [](const RetainingPath& a, const RetainingPath& b) {
                     return std::tie(a.objects, a.bytes) >
                            std::tie(b.objects, b.bytes);
                   });
  if (sum.paths.size() > most_paths) sum.paths.resize(most_paths);
  return sum;
}

}  // namespace tidemark
