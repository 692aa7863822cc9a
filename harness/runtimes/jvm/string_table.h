// What `VM.stringtable` answers: the strings that the JVM keeps one of each of.
#pragma once

#include <string_view>

#include "harness/runtimes/jvm/commands.h"
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

// An empty one of JVMs before 9, which have no such command, and whose strings
// are as they come. Else an error is one: were it an empty table, too, all that
// the JVM has interned would be the service's at once.
Result<StringTable> ask_string_table(DiagnosticCommands& commands,
                                     Duration timeout);

}  // namespace tidemark::jvm
