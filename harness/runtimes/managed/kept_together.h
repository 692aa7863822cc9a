// What some objects keep together. Private to this folder.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/runtimes/managed/object_graph.h"

namespace tidemark {

class KeptTogether {
 public:
  // Must outlive this.
  explicit KeptTogether(const Dominators& dominators)
      : dominators_(dominators), seen_(dominators.parent.size()) {}

  // The bytes that one or more of `objects`, each given once, dominate.
  Bytes bytes(std::span<const ObjectIndex> objects);

 private:
  const Dominators& dominators_;
  // Of the latest call that came by: its number, twice, and 1 if one of its
  // objects dominates this, or is this.
  std::vector<std::uint32_t> seen_;
  std::uint32_t calls_ = 0;
};

}  // namespace tidemark
