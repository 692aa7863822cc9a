#include "harness/runtimes/managed/named_retention.h"

#include "tidemark/heap_snapshot.h"

namespace tidemark {

Retention with_sites(const NamedRetention& named, ManagedSites& sites) {
  Retention retention;
  retention.objects = named.objects;
  retention.bytes = named.bytes;
  retention.unreachable = named.unreachable;
  retention.unreachable_bytes = named.unreachable_bytes;
  retention.doubtful = named.doubtful;
  for (const NamedPath& from : named.paths) {
    RetainingPath path;
    path.root = from.root;
    path.root_name = from.root_name;
    path.objects = from.objects;
    path.bytes = from.bytes;
    path.retained = from.retained;
    // An object has one way: nothing is divided.
    path.share = static_cast<double>(from.retained.value);
    for (const NamedHolder& holder : from.holders) {
      Frame frame;
      frame.function = holder.type;
      const SiteId site = sites.number(MemoryKind::kClass, Bytes{}, {frame});
      path.holders.push_back({site, holder.bytes, 0, false, holder.type,
                              holder.member, holder.repeated});
    }
    retention.paths.push_back(std::move(path));
  }
  return retention;
}

}  // namespace tidemark
