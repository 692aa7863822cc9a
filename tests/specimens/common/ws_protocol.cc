#include "common/ws_protocol.h"

#include <algorithm>
#include <cctype>

#include "common/sha1.h"

namespace specimen {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::uint8_t kLastBit = 0x80;
constexpr std::uint8_t kReservedBits = 0x70;
constexpr std::uint8_t kMaskBit = 0x80;

std::uint8_t byte_at(const std::string& input, std::size_t at) {
  return static_cast<std::uint8_t>(input[at]);
}

// Length codes 126 and 127 stand for two and eight bytes that follow.
std::size_t extra_length_bytes(std::uint8_t code) {
  if (code == 126) return 2;
  return code == 127 ? 8 : 0;
}

bool is_same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

std::string_view header(std::string_view request, std::string_view name) {
  while (!request.empty()) {
    const std::size_t end = request.find("\r\n");
    std::string_view line = request.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos &&
        is_same_word(line.substr(0, colon), name)) {
      line.remove_prefix(colon + 1);
      const std::size_t first = line.find_first_not_of(' ');
      const std::size_t last = line.find_last_not_of(' ');
      if (first == std::string_view::npos) return {};
      return line.substr(first, last - first + 1);
    }
    if (end == std::string_view::npos) return {};
    request.remove_prefix(end + 2);
  }
  return {};
}

}  // namespace

Taken take_frame(std::string& input, Frame& frame) {
  if (input.size() < 2) return Taken::kNeedsMore;
  const std::uint8_t first = byte_at(input, 0);
  const std::uint8_t second = byte_at(input, 1);
  // A client masks every frame (RFC 6455, 5.1).
  if ((first & kReservedBits) != 0 || (second & kMaskBit) == 0) {
    return Taken::kBroken;
  }
  std::uint64_t length = second & ~kMaskBit;
  const std::size_t extra =
      extra_length_bytes(static_cast<std::uint8_t>(length));
  const std::size_t head = 2 + extra + 4;
  if (input.size() < head) return Taken::kNeedsMore;
  if (extra > 0) length = 0;
  for (std::size_t i = 0; i < extra; ++i) {
    length = length << 8 | byte_at(input, 2 + i);
  }
  if (length > kLongestFrame) return Taken::kBroken;
  if (input.size() - head < length) return Taken::kNeedsMore;
  frame.last = (first & kLastBit) != 0;
  frame.opcode = static_cast<Opcode>(first & 0x0f);
  frame.payload.assign(input, head, length);
  for (std::size_t i = 0; i < frame.payload.size(); ++i) {
    frame.payload[i] ^= input[2 + extra + i % 4];
  }
  input.erase(0, head + length);
  return Taken::kFrame;
}

std::string encode(const Frame& frame) {
  std::string bytes;
  const std::uint8_t first =
      (frame.last ? kLastBit : 0) | static_cast<std::uint8_t>(frame.opcode);
  bytes += static_cast<char>(first);
  const std::uint64_t length = frame.payload.size();
  int shift = 0;
  if (length < 126) {
    bytes += static_cast<char>(length);
  } else if (length <= 0xffff) {
    bytes += static_cast<char>(126);
    shift = 16;
  } else {
    bytes += static_cast<char>(127);
    shift = 64;
  }
  while (shift > 0) {
    shift -= 8;
    bytes += static_cast<char>(length >> shift);
  }
  return bytes + frame.payload;
}

std::optional<std::string> handshake_reply(std::string_view request) {
  const std::string_view key = header(request, "Sec-WebSocket-Key");
  if (!request.starts_with("GET ") || key.empty()) return std::nullopt;
  const std::string accept =
      base64(sha1(std::string(key) + std::string(kGuid)));
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
         "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
         accept + "\r\n\r\n";
}

}  // namespace specimen
