// Counts equal cells: the inner loop of a snapshot, a million cells and
// more, so a flat table of its own and not std::unordered_map.
#pragma once

#include <cstdint>
#include <vector>

#include "tidemark/agent_protocol.h"

namespace tidemark {

struct CellCount;

class CellTable {
 public:
  CellTable() : slots_(1 << 12) {}

  void add(std::uint64_t cell) {
    Slot* slot = &slots_[place(cell)];
    while (slot->cell != cell) {
      if (slot->cell == 0) {
        if (++used_ * 2 > slots_.size()) {
          grow();
          add(cell);
          return;
        }
        slot->cell = cell;
        break;
      }
      if (++slot == slots_.data() + slots_.size()) slot = slots_.data();
    }
    ++slot->blocks;
  }

  // The counts, in no particular order; leaves the table empty.
  std::vector<CellCount> take();

 private:
  struct Slot {
    std::uint64_t cell = 0;
    std::uint64_t blocks = 0;
  };

  std::size_t place(std::uint64_t cell) const {
    return agent::mix(cell) & (slots_.size() - 1);
  }
  void grow();

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace tidemark
