#include "harness/report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tidemark {
namespace {

std::string with_commas(std::string digits) {
  std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

constexpr char32_t kWrong = 0xFFFD;

// The character at `at`, which moves past it; kWrong and one byte on where
// there is none (overlong forms and surrogates included).
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint8_t>(text[i]);
  };
  const std::uint8_t first = byte(at++);
  if (first < 0x80) return first;
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (first < 0xC2 || first > 0xF4 || text.size() - at < more) return kWrong;
  char32_t character = first & (0x3F >> more);
  for (std::size_t i = 0; i < more; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return kWrong;
    character = character << 6 | (byte(at + i) & 0x3F);
  }
  constexpr char32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xD800 && character < 0xE000;
  if (character < kLeast[more] || surrogate || character > 0x10FFFF)
    return kWrong;
  at += more;
  return character;
}

// What changes the text around it instead of being shown, or is no character
// of XML 1.0.
bool acts(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200E && c < 0x2010) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
         (c & 0xFFFE) == 0xFFFE;
}

bool starts_character(char c) {
  return (static_cast<std::uint8_t>(c) & 0xC0) != 0x80;
}

}  // namespace

std::string number_text(double value) {
  if (!std::isfinite(value)) return "?";
  if (std::abs(value - std::round(value)) < 1e-9 || std::abs(value) >= 1000)
    return with_commas(fmt::format("{:.0f}", value));
  if (std::abs(value) >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2g}", value);
}

std::string bytes_text(double bytes) {
  constexpr double kKiB = 1024, kMiB = kKiB * 1024, kGiB = kMiB * 1024;
  double size = std::abs(bytes);
  if (!(size >= 10 * kKiB)) return number_text(bytes) + " B";
  if (size < kMiB) return fmt::format("{:.1f} KiB", bytes / kKiB);
  if (size < kGiB) return fmt::format("{:.1f} MiB", bytes / kMiB);
  return fmt::format("{:.2f} GiB", bytes / kGiB);
}

std::string plural(double count, const std::string& noun) {
  return number_text(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string duration_text(Duration d) {
  double seconds = to_seconds(d);
  if (std::abs(seconds) < 1) return fmt::format("{:.0f} ms", seconds * 1e3);
  return fmt::format("{:.1f} s", seconds);
}

std::string printable(std::string_view text, bool lines) {
  std::string safe;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = next_character(text, at);
    if (c == '\t')
      safe += ' ';
    else if (c == '\n' && lines)
      safe += '\n';
    else if (c == kWrong || acts(c))
      safe += "\uFFFD";
    else
      safe += text.substr(start, at - start);
  }
  return safe;
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += starts_character(c);
  return count;
}

std::string flush_left(std::string_view text, std::size_t width) {
  const std::size_t taken = columns(text);
  return std::string(text) + std::string(width - std::min(taken, width), ' ');
}

std::string flush_right(std::string_view text, std::size_t width) {
  const std::size_t taken = columns(text);
  return std::string(width - std::min(taken, width), ' ') + std::string(text);
}

std::string clipped(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  std::size_t end = 0, started = 0;
  for (; end < text.size(); ++end)
    if (starts_character(text[end]) && ++started == width) break;
  return std::string(text.substr(0, end)) + "…";
}

std::string wrapped(std::string_view line, std::size_t hang,
                    std::size_t width) {
  std::string text;
  std::size_t used = 0;
  bool empty = true;  // no word on this line of the result yet
  while (!line.empty()) {
    const std::size_t space =
        std::min(line.find_first_not_of(' '), line.size());
    const std::size_t end = std::min(line.find(' ', space), line.size());
    const std::string_view word = line.substr(space, end - space);
    if (word.empty()) break;
    if (empty || used + space + columns(word) <= width) {
      text.append(line.substr(0, end));
      used += space + columns(word);
    } else {
      text.append("\n").append(hang, ' ').append(word);
      used = hang + columns(word);
    }
    empty = false;
    line.remove_prefix(end);
  }
  return text.append("\n");
}

}  // namespace tidemark
