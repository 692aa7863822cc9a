// What `GC.heap_info` answers: which collector the JVM has, and how much of
// the heap is in use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tidemark/units.h"

namespace tidemark::jvm {

struct HeapInfo {
  std::string collector;  // "G1", "Serial"; empty: one that is not known
  Bytes committed;
  Bytes used;       // with what is dead and not yet collected
  Bytes metaspace;  // used by classes, beside the heap
  // Where the heap is reserved: [from, to).
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;

  bool operator==(const HeapInfo&) const = default;
};

// A line that is not understood counts nothing.
HeapInfo parse_heap_info(std::string_view text);

}  // namespace tidemark::jvm
