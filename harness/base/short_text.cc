#include "harness/base/short_text.h"

namespace tidemark {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string one_line(std::string_view text, std::size_t longest) {
  std::size_t size = text.size();
  if (size > longest) {
    size = longest;
    // The first byte that is left out begins a letter, or all of it goes.
    while (size > 0 && (text[size] & 0xc0) == 0x80) --size;
  }
  std::string line(text.substr(0, size));
  if (size < text.size()) line += "…";
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return line;
}

}  // namespace tidemark
