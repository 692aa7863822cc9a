// Rings for runtimes that tell how much there is and not when it was born.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "tidemark/heap_snapshot.h"
#include "tidemark/units.h"

namespace tidemark {

// What there is of one site, all in all.
struct Level {
  SiteId site = 0;
  Count objects;
  Bytes bytes;

  bool operator==(const Level&) const = default;
};

// Turns levels into rings: what a level rises by is born in the cycle of the
// look that sees it; what it falls by is taken from the youngest. So the rings
// of some cycle and those before have together the fewest objects that there
// were at any look since: the rising floor of the level. That is what was
// really born until then and lives, if the old outlive the young and no fewer
// were there between two looks. The sum of all rings is always the level.
//
// A ring without objects has no bytes: objects that grew where they were (an
// array that is replaced by a larger one) add to the ring of the youngest; a
// level without objects has no rings, whatever its bytes.
class LevelBook {
 public:
  // Rises that are seen from now on are of this cycle.
  void begin_cycle(CycleIndex cycle) { cycle_ = cycle; }

  // All that there is, each site once: a site that is left out has none any
  // more. The rings, sorted by (site, born). Levels below zero are taken as
  // zero.
  std::vector<Ring> look(const std::vector<Level>& levels);

 private:
  struct Part {
    CycleIndex born;
    Count objects;
    Bytes bytes;
  };

  void move_to(std::vector<Part>& parts, Count objects, Bytes bytes) const;

  CycleIndex cycle_;
  std::unordered_map<SiteId, std::vector<Part>> sites_;  // oldest part first
};

}  // namespace tidemark
