#include "harness/runtimes/go/symbols.h"

#include <fmt/format.h>

#include "harness/base/short_text.h"
#include "harness/runtimes/go/text_lines.h"

namespace tidemark::go {

std::string symbol_question(const std::vector<std::uint64_t>& addresses) {
  std::string text;
  for (const std::uint64_t address : addresses)
    text += fmt::format("{}{:#x}", text.empty() ? "" : "+", address);
  return text;
}

std::unordered_map<std::uint64_t, std::string> read_symbols(
    std::string_view answer) {
  std::unordered_map<std::uint64_t, std::string> names;
  while (!answer.empty()) {
    std::string_view line = take_line(answer);
    std::uint64_t address = 0;
    if (!take_word(line, "0x") || !take_number(line, address, 16)) continue;
    names[address] = trimmed(line);
  }
  return names;
}

}  // namespace tidemark::go
