// How much of each mapping is in memory, as /proc/PID/smaps tells it. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "harness/runtimes/native/memory_map.h"
#include "tidemark/units.h"

namespace tidemark {

struct MappedMemory {
  Mapping mapping;
  Bytes rss;
  Bytes pss;

  bool operator==(const MappedMemory&) const = default;
};

// By address. Lines that are of neither form count nothing; a figure that is
// missing is 0.
std::vector<MappedMemory> parse_smaps(std::string_view smaps);

}  // namespace tidemark
