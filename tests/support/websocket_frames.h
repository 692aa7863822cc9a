// What a WebSocket server wrote, put into an order that can be compared.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace tidemark {

// A reply to a handshake and frames, the pongs among them put behind the
// rest: a ping is answered at once, a message when all that was read with it
// is understood, so that only their order depends on where bytes are cut.
inline std::string pongs_last(std::string_view wire) {
  const std::size_t head = wire.find("\r\n\r\n");
  std::size_t at = head == wire.npos ? wire.size() : head + 4;
  std::string rest(wire.substr(0, at));
  std::string pongs;
  while (at + 2 <= wire.size()) {
    const auto byte = [&](std::size_t i) {
      return i < wire.size() ? static_cast<unsigned char>(wire[i]) : 0u;
    };
    std::size_t size = byte(at + 1) & 0x7f;
    std::size_t begin = at + 2;
    if (size >= 126) {
      const std::size_t bytes = size == 126 ? 2 : 8;
      size = 0;
      for (std::size_t i = 0; i < bytes; ++i) size = size << 8 | byte(begin++);
    }
    const std::size_t whole = std::min(wire.size(), begin + size) - at;
    (byte(at) == 0x8a ? pongs : rest) += wire.substr(at, whole);
    at += whole;
  }
  return rest + pongs;
}

}  // namespace tidemark
