#include "drivers/websocket/frame.h"

#include <array>

namespace tidemark::websocket {
namespace {

void append_header(unsigned first, std::uint64_t length, unsigned mask_bit,
                   std::string& out) {
  out += static_cast<char>(first);
  int bytes = 0;
  if (length <= 125) {
    out += static_cast<char>(mask_bit | static_cast<unsigned>(length));
  } else {
    bytes = length <= 0xffff ? 2 : 8;
    out += static_cast<char>(mask_bit | (bytes == 2 ? 126u : 127u));
  }
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>((length >> (8 * i)) & 0xff);
}

}  // namespace

void append_frame(unsigned first, std::string_view payload, Random& random,
                  std::string& out) {
  append_beginning(first, payload.size(), payload, random, out);
}

void append_unmasked(unsigned first, std::string_view payload,
                     std::string& out) {
  append_header(first, payload.size(), 0, out);
  out += payload;
}

void append_beginning(unsigned first, std::uint64_t length,
                      std::string_view part, Random& random, std::string& out) {
  append_header(first, length, 0x80, out);
  const std::uint32_t draw = random();
  std::array<char, 4> mask;
  for (std::size_t i = 0; i < mask.size(); ++i)
    mask[i] = static_cast<char>((draw >> (8 * i)) & 0xff);
  out.append(mask.data(), mask.size());
  out.reserve(out.size() + part.size());
  for (std::size_t i = 0; i < part.size(); ++i)
    out += static_cast<char>(part[i] ^ mask[i % mask.size()]);
}

}  // namespace tidemark::websocket
