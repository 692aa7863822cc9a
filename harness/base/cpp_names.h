// Reading demangled C++ names, whoever has written them, and Go's.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidemark {

// Letters and digits, in the ASCII sense; `_` and `$`.
bool is_in_a_name(char c);

// Whether a bracket behind `before` is the receiver of a method of Go's, which
// is part of its name: "net/http.(*conn).serve". Parameters never follow a dot.
inline bool is_receiver(std::string_view before, char bracket) {
  return bracket == '(' && before.ends_with('.');
}

// Past "operator" and its symbol or type; `at` itself if none starts there.
std::size_t past_operator(std::string_view text, std::size_t at);

// Past the bracket that closes the one at `open`; npos if none does. Symbols of
// operators are no brackets. Takes as long as the rest of the text.
std::size_t past_bracket(std::string_view text, std::size_t open);

}  // namespace tidemark
