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
// look that sees it; what it falls by is taken from the youngest. So a ring has
// what rose then and never fell back since, which is the rising floor of the
// level and no more: no ring is larger than what was really born then and
// lives, if the old outlive the young, and their sum is always the level.
//
// A ring without objects has no bytes: objects that grew where they were (an
// array that is replaced by a larger one) add to the ring of the youngest.
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
