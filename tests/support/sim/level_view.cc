#include "tests/support/sim/level_view.h"

#include <map>
#include <vector>

namespace tidemark {

Result<HeapSnapshot> LevelView::snapshot() {
  Result<HeapSnapshot> heap = heap_.snapshot();
  TIDEMARK_TRY(heap);
  std::map<SiteId, Level> sums;
  for (const Ring& ring : heap->rings) {
    Level& sum = sums[ring.site];
    sum.site = ring.site;
    sum.objects += ring.objects;
    sum.bytes += ring.bytes;
  }
  std::vector<Level> levels;
  for (const auto& [site, level] : sums) levels.push_back(level);
  heap->rings = levels_.look(levels);
  for (SiteBrief& brief : heap->sites) brief.by_level = true;
  return heap;
}

}  // namespace tidemark
