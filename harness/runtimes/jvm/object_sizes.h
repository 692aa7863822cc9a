// The sizes of a dump's objects, which it does not have: by the rules that
// agree best with how far apart their addresses are. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harness/runtimes/jvm/dump_classes.h"
#include "harness/runtimes/jvm/object_ids.h"

namespace tidemark::jvm {

struct SizedObjects {
  std::span<const TypeIndex> type;  // of each object
  // Elements of each array; of other objects 0. The sizes come in their place;
  // what is more than 32 bits is cut off.
  std::span<std::uint32_t> self;
  std::vector<bool> array_types;
  // java.lang.Class objects, and the types for which they stand.
  std::span<const std::pair<ObjectIndex, TypeIndex>> mirrors;
};

// What was found out about the JVM.
struct SizeRules {
  LayoutRules layout;
  std::uint64_t alignment = 8;
  // Objects that lie as far apart as these rules say, of those looked at.
  double share = 0;
};

SizeRules set_sizes(const DumpClasses& classes, const ObjectIds& ids,
                    std::uint32_t id_bytes, SizedObjects objects);

}  // namespace tidemark::jvm
