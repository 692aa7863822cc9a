// UTF-8, character by character, for text that may be anything.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidemark {

// How many bytes the character at the start of `text` takes; 0 if it is not
// UTF-8 (overlong forms and surrogates included). REQUIRES: `text` is not
// empty.
std::size_t utf8_length(std::string_view text);

}  // namespace tidemark
