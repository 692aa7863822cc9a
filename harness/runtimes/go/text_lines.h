// A text line by line, and numbers out of a line. Private to this folder.
#pragma once

#include <algorithm>
#include <charconv>
#include <string_view>

namespace tidemark::go {

// The first line of `text`, without its end; `text` becomes what follows.
inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Takes `word` from the beginning of `text`, with the blanks before it.
inline bool take_word(std::string_view& text, std::string_view word) {
  const std::size_t first =
      std::min(text.find_first_not_of(" \t"), text.size());
  if (!text.substr(first).starts_with(word)) return false;
  text.remove_prefix(first + word.size());
  return true;
}

// Takes a number that is not negative from the beginning of `text`.
template <class T>
bool take_number(std::string_view& text, T& into, int base = 10) {
  const std::size_t first =
      std::min(text.find_first_not_of(" \t"), text.size());
  const char* begin = text.data() + first;
  const auto [stop, error] =
      std::from_chars(begin, text.data() + text.size(), into, base);
  if (error != std::errc() || into < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return true;
}

}  // namespace tidemark::go
