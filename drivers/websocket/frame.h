// Frames written by hand: for those that the codec rightly refuses to write.
//
//   byte 0   FIN 0x80, RSV1-3 0x70, opcode 0x0f
//   byte 1   MASK 0x80, length 0-125; 126: 2 bytes follow, 127: 8 bytes
//   then     the masking key, 4 bytes, if MASK; then the payload
//
//   81 85 37 fa 21 3d 7f 9f 4d 51 58   a client's text "Hello"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "drivers/common/random.h"

namespace tidemark::websocket {

inline constexpr unsigned kFin = 0x80;
inline constexpr unsigned kContinuation = 0x0;
inline constexpr unsigned kText = 0x1;
inline constexpr unsigned kBinary = 0x2;
inline constexpr unsigned kClose = 0x8;
inline constexpr unsigned kPing = 0x9;
inline constexpr unsigned kPong = 0xa;

// Header and masked payload, as a client sends them; `first` is byte 0.
void append_frame(unsigned first, std::string_view payload, Random& random,
                  std::string& out);

// The same, without a mask, as only a server may.
void append_unmasked(unsigned first, std::string_view payload,
                     std::string& out);

// The header of a client's frame that promises `length` bytes, and `part` of
// them.
void append_beginning(unsigned first, std::uint64_t length,
                      std::string_view part, Random& random, std::string& out);

}  // namespace tidemark::websocket
