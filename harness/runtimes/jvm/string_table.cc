#include "harness/runtimes/jvm/string_table.h"

#include <optional>
#include <string>

#include "harness/runtimes/jvm/text_lines.h"

namespace tidemark::jvm {

// "Number of literals      :      2376 =    146872 bytes, avg  61.814"
Result<StringTable> parse_string_table(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (!line.starts_with("Number of literals")) continue;
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    line.remove_prefix(colon + 1);
    const std::optional<std::int64_t> strings = whole_number(take_word(line));
    const bool equals = take_word(line) == "=";
    const std::optional<std::int64_t> bytes = whole_number(take_word(line));
    if (!strings || !equals || !bytes) break;
    return StringTable{{*strings}, {*bytes}};
  }
  return fail(ErrorKind::kEnvironment,
              "VM.stringtable answers what does not count strings");
}

Result<StringTable> ask_string_table(DiagnosticCommands& commands,
                                     Duration timeout) {
  // By the socket and by jcmd it is the JVM's own words.
  constexpr std::string_view kUnknown = "Unknown diagnostic command";
  const Result<std::string> text = commands.ask("VM.stringtable", timeout);
  if (text) return parse_string_table(*text);
  if (text.error().kind == ErrorKind::kEnvironment &&
      text.error().message.find(kUnknown) != std::string::npos)
    return StringTable{};
  return fail(text.error());
}

}  // namespace tidemark::jvm
