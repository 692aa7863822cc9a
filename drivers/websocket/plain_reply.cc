#include "drivers/websocket/plain_reply.h"

#include <algorithm>

#include "drivers/common/http_words.h"

namespace tidemark::websocket {
namespace {

// websocketpp, which looks closer, takes less than we read.
constexpr std::size_t kMaxPlain = 8 << 10;

// As headers are named in practice; what else may be in a name is left to
// those who look closer.
bool plain_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

bool is_plain_acceptance(std::string_view head, std::string_view accept) {
  std::size_t at = head.find("\r\n");
  if (!head.starts_with("HTTP/1.1 101 ") || at == std::string_view::npos ||
      head.size() > kMaxPlain)
    return false;
  int upgrades = 0;
  int connections = 0;
  int accepts = 0;
  for (at += 2; at < head.size();) {
    const std::size_t end = head.find("\r\n", at);
    if (end == std::string_view::npos) return false;
    const std::string_view line = head.substr(at, end - at);
    at = end + 2;
    if (line.empty())
      return at == head.size() && upgrades == 1 && connections == 1 &&
             accepts == 1;
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    // A folded line, or none that a header is made of.
    if (colon == std::string_view::npos || !plain_name(name)) return false;
    const std::string_view value = without_blanks(line.substr(colon + 1));
    if (same_word(name, "upgrade")) {
      if (!same_word(value, "websocket")) return false;
      ++upgrades;
    } else if (same_word(name, "connection")) {
      if (!same_word(value, "upgrade")) return false;
      ++connections;
    } else if (same_word(name, "sec-websocket-accept")) {
      if (value != accept) return false;
      ++accepts;
    } else if (same_word(name, "content-length") ||
               same_word(name.substr(0, 13), "sec-websocket")) {
      return false;
    }
  }
  return false;
}

}  // namespace tidemark::websocket
