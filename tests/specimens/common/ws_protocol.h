// RFC 6455 from the server's side, as pure functions over bytes: enough for
// an echo server, no extensions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace specimen {

inline constexpr std::size_t kLongestRequest = 8 * 1024;
inline constexpr std::uint64_t kLongestFrame = 16 * 1024 * 1024;

enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

struct Frame {
  bool last = true;
  Opcode opcode = Opcode::kText;
  std::string payload;  // unmasked
};

enum class Taken { kFrame, kNeedsMore, kBroken };

// Takes one whole frame off the front of `input`.
Taken take_frame(std::string& input, Frame& frame);

// A server's frame: not masked.
std::string encode(const Frame& frame);

// The reply to an opening handshake, head included; empty when the request
// is not one.
std::optional<std::string> handshake_reply(std::string_view request);

}  // namespace specimen
