// What `VM.stringtable` answers: the strings that the JVM keeps one of each of.
#pragma once

#include <string_view>

#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::jvm {

// Constants of classes, from the moment on when code that has them runs for
// the first time or is compiled, and what the service interned.
struct StringTable {
  Count strings;
  Bytes bytes;  // of the strings and of their arrays

  bool operator==(const StringTable&) const = default;
};

Result<StringTable> parse_string_table(std::string_view text);

}  // namespace tidemark::jvm
