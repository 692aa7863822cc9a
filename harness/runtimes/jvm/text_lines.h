// What the JVM's answers have in common: lines of words and numbers.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tidemark::jvm {

// Takes the first line off `text`; without its line end.
inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Takes blanks and then what is before the next one off `line`; empty at its
// end.
inline std::string_view take_word(std::string_view& line) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return line = {};
  line.remove_prefix(begin);
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

// All of `word`, and not negative.
inline std::optional<std::int64_t> whole_number(std::string_view word) {
  std::int64_t number = 0;
  const auto [stop, error] =
      std::from_chars(word.data(), word.data() + word.size(), number);
  const bool all = error == std::errc() && stop == word.data() + word.size();
  if (!all || number < 0) return std::nullopt;
  return number;
}

}  // namespace tidemark::jvm
