// Foreign text in messages of one line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark {

// Without the blanks and line ends around it.
std::string_view trimmed(std::string_view text);

// At most `longest` bytes, never half a letter of UTF-8, and "…" if something
// was cut; control characters become blanks.
std::string one_line(std::string_view text, std::size_t longest = 60);

}  // namespace tidemark
