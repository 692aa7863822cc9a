#include "drivers/tcp/quoted.h"

#include <fmt/format.h>

namespace tidemark::tcp {
namespace {

constexpr std::string_view kMore = "...";

std::string escaped(char c) {
  switch (c) {
    case '\r':
      return "\\r";
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    default:
      break;
  }
  const unsigned char byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte > 0x7e) return fmt::format("\\x{:02x}", byte);
  return std::string(1, c);
}

}  // namespace

std::string quoted(std::string_view bytes) {
  if (bytes.empty()) return {};
  std::string text = "\"";
  std::size_t cut = 0;  // where it ends if there is no room for all
  for (const char c : bytes) {
    if (text.size() + 1 + kMore.size() <= kMaxQuoted) cut = text.size();
    text += escaped(c);
    if (text.size() + 1 > kMaxQuoted) {
      text.resize(cut);
      return text.append("\"").append(kMore);
    }
  }
  return text + "\"";
}

}  // namespace tidemark::tcp
