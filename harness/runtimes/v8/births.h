// When the objects of a process were born, told by their ids: V8 gives them in
// rising order to what it has not seen before, at each snapshot.
#pragma once

#include <cstdint>
#include <vector>

#include "tidemark/units.h"

namespace tidemark::v8 {

class Births {
 public:
  // A snapshot whose highest id is this was taken in the cycle. What is born
  // later has a higher one.
  void note(std::uint32_t last_id, CycleIndex cycle);

  // Of ids that are higher than all that were noted: the cycle now.
  CycleIndex born(std::uint32_t id, CycleIndex now) const;

 private:
  struct Mark {
    std::uint32_t last_id = 0;
    CycleIndex cycle;
  };

  std::vector<Mark> marks_;  // both rise
};

}  // namespace tidemark::v8
