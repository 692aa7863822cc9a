// How many bytes a JVM gives objects: dumps have their fields but not their
// sizes. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tidemark::jvm {

// What HotSpot does with the options it was started with.
struct LayoutRules {
  std::uint32_t header = 12;        // of an object
  std::uint32_t reference = 4;      // a compressed one
  std::uint32_t array_header = 16;  // with the length
  // The same of arrays of elements with eight bytes, which are aligned.
  std::uint32_t wide_array_header = 16;
  // From 15 on subclasses fill gaps that their superclasses have left.
  bool fills_gaps_of_supers = true;

  bool operator==(const LayoutRules&) const = default;
};

// The rules that there are, the most common first.
std::span<const LayoutRules> all_layout_rules();

// Where the fields of a class and of its superclasses end.
struct FieldLayout {
  struct Gap {
    std::uint32_t offset = 0;
    std::uint32_t bytes = 0;
  };

  std::uint64_t end = 0;
  std::vector<Gap> gaps;
};

// How many fields of each size a class has of its own.
struct FieldCounts {
  std::uint32_t wide = 0;  // eight bytes
  std::uint32_t words = 0;
  std::uint32_t halves = 0;
  std::uint32_t bytes = 0;
  std::uint32_t references = 0;
};

// Of a class without a superclass.
FieldLayout layout_of_object(const LayoutRules& rules);

// Behind those of its superclass.
FieldLayout with_fields(FieldLayout super, const FieldCounts& fields,
                        const LayoutRules& rules);

// Bytes of an array. `element`: of each; `alignment`: of objects.
std::uint64_t array_bytes(const LayoutRules& rules, std::uint64_t count,
                          std::uint32_t element, std::uint64_t alignment);

inline std::uint64_t aligned(std::uint64_t bytes, std::uint64_t to) {
  return (bytes + to - 1) / to * to;
}

}  // namespace tidemark::jvm
