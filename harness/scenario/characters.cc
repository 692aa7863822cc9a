#include "harness/scenario/characters.h"

#include <fmt/format.h>

#include "harness/scenario/utf8.h"

namespace tidemark {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark))
    text.remove_prefix(kByteOrderMark.size());
  return text;
}

// The parser would guess at other encodings, and a terminal would obey
// control characters: neither has a place in a scenario.
bool check_characters(std::string_view text, Diagnostics& problems) {
  Position at;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) {
      problems.add(at, "wanted UTF-8, found another encoding",
                   "save the file as UTF-8");
      return false;
    }
    const char c = text[i];
    const bool control =
        (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
    if (control) {
      problems.add(at,
                   fmt::format("found the control character \\x{:02x}",
                               static_cast<unsigned>(c)),
                   "take it out; in double quotes it can be escaped");
      return false;
    }
    at.column += length;
    if (c == '\n') at = {at.line + 1, 0, 1};
    i += length;
  }
  return true;
}

}  // namespace tidemark
