// What the messages say: bytes that look random, are different for each
// message, and can be told again from its number, so that an echo is compared
// without keeping what was sent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tidemark/units.h"

namespace tidemark {

// Which message: of which connection, and its how-manieth.
struct MessageId {
  std::uint32_t connection = 0;
  std::uint32_t message = 0;

  bool operator==(const MessageId&) const = default;
};

// One thread at a time.
class Payload {
 public:
  // `binary`: any bytes; else printable ASCII. REQUIRES: size >= 0.
  Payload(Bytes size, bool binary, std::uint64_t seed);

  // The content of message `id`; valid until the next call. It begins with
  // 16 hexadecimal digits made of `id` (fewer if it is shorter than that);
  // the rest is the same in all messages.
  std::string_view content(MessageId id);

  bool matches(MessageId id, std::string_view found) {
    return content(id) == found;
  }

 private:
  std::string bytes_;
};

}  // namespace tidemark
