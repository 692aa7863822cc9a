#include "harness/runtimes/native/cell_table.h"

#include <utility>

#include "harness/runtimes/native/segment_reader.h"

namespace tidemark {

std::vector<CellCount> CellTable::take() {
  std::vector<CellCount> counts;
  for (const Slot& slot : slots_)
    if (slot.cell != 0) counts.push_back({slot.cell, slot.blocks});
  slots_.assign(1 << 12, {});
  used_ = 0;
  return counts;
}

void CellTable::grow() {
  std::vector<Slot> old = std::move(slots_);
  slots_.assign(old.size() * 2, {});
  used_ = 0;
  for (const Slot& from : old) {
    if (from.cell == 0) continue;
    std::size_t at = place(from.cell);
    while (slots_[at].cell != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = from;
    ++used_;
  }
}

}  // namespace tidemark
