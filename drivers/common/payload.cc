#include "drivers/common/payload.h"

#include <algorithm>
#include <cstddef>

#include "drivers/common/random.h"

namespace tidemark {
namespace {

constexpr std::size_t kStamp = 16;
constexpr unsigned kPrintable = 0x7f - 0x20;

}  // namespace

Payload::Payload(Bytes size, bool binary, std::uint64_t seed) {
  Random random(seed);
  bytes_.resize(static_cast<std::size_t>(size.value));
  for (char& byte : bytes_) {
    const std::uint32_t draw = random();
    byte = static_cast<char>(binary ? draw & 0xff : 0x20 + draw % kPrintable);
  }
}

std::string_view Payload::content(MessageId id) {
  // Lowest digits first: what fits into a short message is what changes.
  std::uint64_t number =
      (static_cast<std::uint64_t>(id.connection) << 32) | id.message;
  const std::size_t digits = std::min(kStamp, bytes_.size());
  for (std::size_t i = 0; i < digits; ++i) {
    // Alternating, so that both numbers are seen in a short message.
    const unsigned shift = i % 2 == 0 ? 0 : 32;
    bytes_[i] = "0123456789abcdef"[(number >> shift) & 0xf];
    if (i % 2 == 1) {
      const std::uint64_t message = (number & 0xffffffff) >> 4;
      const std::uint64_t connection = number >> 36;
      number = (connection << 32) | message;
    }
  }
  return bytes_;
}

}  // namespace tidemark
