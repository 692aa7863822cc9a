// Quantities and lines of text, the same in every report for people. Pure.
#pragma once

#include <string>
#include <string_view>

#include "tidemark/units.h"

namespace tidemark {

// "96 B", "1,520 B", "32.1 KiB", "5.0 MiB".
std::string bytes_text(double bytes);
inline std::string bytes_text(Bytes bytes) {
  return bytes_text(static_cast<double>(bytes.value));
}

// "1", "2.5", "1,520": as many digits as matter.
std::string number_text(double value);
inline std::string number_text(Count count) {
  return number_text(static_cast<double>(count.value));
}

// "1 block", "2 blocks", "2 reset closes".
std::string plural(double count, const std::string& noun);

// "85 ms", "1.2 s".
std::string duration_text(Duration d);

// Valid UTF-8 without anything a terminal or an XML parser would act on:
// control characters (a newline counts only if `lines` is false), text
// direction overrides and wrong bytes become U+FFFD.
std::string printable(std::string_view text, bool lines = false);

// Columns on a terminal, every character taken to be one wide. REQUIRES:
// printable.
std::size_t columns(std::string_view text);

// As wide as `width` columns, blanks behind it or before it; a longer text
// stays whole.
std::string flush_left(std::string_view text, std::size_t width);
std::string flush_right(std::string_view text, std::size_t width);

// At most `width` columns, the last one "…" if something was cut.
std::string clipped(std::string_view text, std::size_t width);

// One line broken at spaces into lines of at most `width` columns, each but
// the first indented by `hang`; ends in a newline. A longer word stays whole.
std::string wrapped(std::string_view line, std::size_t hang, std::size_t width);

}  // namespace tidemark
