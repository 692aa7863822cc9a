// Reads a line of a fixed form from left to right. Private to this folder.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace tidemark {

// Each step is true and goes on behind what it wanted, or is false; then the
// place is of no use any more.
class TextScanner {
 public:
  explicit TextScanner(std::string_view text) : rest_(text) {}

  std::string_view rest() const { return rest_; }

  // Blanks before it are left out.
  bool word(std::string_view wanted) {
    blanks();
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }

  bool number(std::int64_t& into) { return digits(into, 10); }

  // Without 0x before it.
  bool hex(std::uint64_t& into) { return digits(into, 16); }

  // Up to the next blank; empty at the end.
  std::string_view token() {
    blanks();
    const std::size_t end =
        std::min(rest_.find_first_of(kBlanks), rest_.size());
    const std::string_view found = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return found;
  }

 private:
  static constexpr std::string_view kBlanks = " \t";

  void blanks() {
    rest_.remove_prefix(
        std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  }

  template <class T>
  bool digits(T& into, int base) {
    blanks();
    const char* end = rest_.data() + rest_.size();
    const auto [stop, error] = std::from_chars(rest_.data(), end, into, base);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return true;
  }

  std::string_view rest_;
};

// A line of a text, without its end; advances.
inline std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

inline std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\v\f";
  const std::size_t first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace tidemark
