#include "harness/report/markdown_text.h"

#include <fmt/format.h>

namespace tidemark {

std::string markdown_plain(std::string_view text) {
  constexpr std::string_view kMarkup = "\\`*_{}[]<>()#+-!|~&@";
  std::string safe;
  for (const char c : text) {
    if (kMarkup.find(c) != std::string_view::npos) {
      safe += fmt::format("&#{};", static_cast<int>(c));
    } else {
      safe += c;
    }
  }
  return safe;
}

}  // namespace tidemark
