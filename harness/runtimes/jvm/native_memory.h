// What `VM.native_memory summary` answers, of a JVM that was started with
// -XX:NativeMemoryTracking.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tidemark/units.h"

namespace tidemark::jvm {

struct NativeCategory {
  std::string name;  // "Java Heap", "Class", "Thread", "Code" …
  Bytes reserved;
  Bytes committed;

  bool operator==(const NativeCategory&) const = default;
};

struct NativeMemory {
  NativeCategory total;                    // without a name
  std::vector<NativeCategory> categories;  // most committed first

  bool operator==(const NativeMemory&) const = default;
};

// Without categories where it is not tracked. A line that is not understood
// counts nothing.
NativeMemory parse_native_memory(std::string_view text);

}  // namespace tidemark::jvm
