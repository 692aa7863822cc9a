// The name of a place in a program's variables.
#pragma once

#include <cstdint>
#include <string>

namespace tidemark {

struct DataSymbol {
  std::string name;          // demangled; empty: unknown
  std::uint64_t offset = 0;  // of the place, from the variable's beginning
  std::string file;          // its name without folders; may be empty
  // So many bytes on each side of the place are surely the same variable.
  std::uint64_t before = 0;
  std::uint64_t behind = 0;

  bool operator==(const DataSymbol&) const = default;
};

}  // namespace tidemark
