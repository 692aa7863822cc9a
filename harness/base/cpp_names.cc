#include "harness/base/cpp_names.h"

#include <algorithm>
#include <cctype>

namespace tidemark {

bool is_in_a_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
}

std::size_t past_operator(std::string_view text, std::size_t at) {
  constexpr std::string_view kOperator = "operator";
  if (!text.substr(at).starts_with(kOperator)) return at;
  std::size_t end = at + kOperator.size();
  if (at > 0 && is_in_a_name(text[at - 1])) return at;
  if (end < text.size() && is_in_a_name(text[end])) return at;
  const std::string_view rest = text.substr(end);
  if (rest.starts_with("()") || rest.starts_with("[]")) return end + 2;
  if (rest.starts_with("\"\"")) return end + 2;  // a literal's
  if (rest.starts_with(" "))                     // new, delete, a type
    return std::min({text.find('(', end), text.find('<', end), text.size()});
  constexpr std::string_view kSymbols = "<>=!+-*/%^&|~,";
  const std::size_t begin = end;
  const std::size_t most = std::min(end + 3, text.size());
  while (end < most && kSymbols.find(text[end]) != text.npos) {
    // "operator=<int>": what follows are arguments.
    if (text[end] == '<' && end > begin && text[end - 1] != '<') break;
    ++end;
  }
  return end;
}

std::size_t past_bracket(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (const std::size_t past = past_operator(text, at); past != at) {
      at = past - 1;
      continue;
    }
    const char c = text[at];
    if (c == '<' || c == '(' || c == '{' || c == '[') ++depth;
    const bool arrow = c == '>' && at > 0 && text[at - 1] == '-';
    if ((c == '>' && !arrow) || c == ')' || c == '}' || c == ']')
      if (--depth == 0) return at + 1;
  }
  return text.npos;
}

}  // namespace tidemark
