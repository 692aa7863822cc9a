// The words of HTTP heads (RFC 9110 §5.6), which WebSocket's handshake and
// provers of ownership read, too. ASCII only, whatever the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace tidemark {

constexpr char lower_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Whatever their case: names of headers, `Upgrade: WebSocket`.
inline bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return lower_letter(x) == lower_letter(y);
  });
}

// What a method or the name of a header is made of.
inline bool is_token(std::string_view text) {
  constexpr std::string_view kSymbols = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (lower_letter(c) >= 'a' && lower_letter(c) <= 'z') ||
           (c >= '0' && c <= '9') || kSymbols.find(c) != std::string_view::npos;
  });
}

// Without the blanks and tabs around it, which are no part of a value.
inline std::string_view without_blanks(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

}  // namespace tidemark
