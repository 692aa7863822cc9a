// RESP2 and RESP3 replies, skipped rather than stored: where one ends, what
// kind it is, and its text if somebody wants it. No socket, no clock.
//
//   $5\r\nhello\r\n                       a bulk string: type, length, bytes
//   *2\r\n:1\r\n+two\r\n                  an array of two values
//   |1\r\n+ttl\r\n:9\r\n$1\r\na\r\n       an attribute, and the reply it is of
//   >2\r\n+invalidate\r\n*0\r\n           a push: nobody's reply
//
// A reader between two replies is one null pointer. While a reply is on its
// way it keeps at most what was asked for. Bytes from the wire are hostile:
// depth, lengths and lines are limited, and the first violation is the last
// thing that a reader says.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tidemark::redis {

inline constexpr int kMaxRespDepth = 32;
// Of a simple string, an error, a number, a length.
inline constexpr std::size_t kMaxRespLine = 64 << 10;
// Redis' own proto-max-bulk-len.
inline constexpr std::int64_t kMaxRespBulk = 512LL << 20;
inline constexpr std::int64_t kMaxRespElements = 1LL << 27;
// Everything of one reply, on the wire.
inline constexpr std::int64_t kMaxRespReply = 1LL << 30;
// Text beyond this is counted, but not kept.
inline constexpr std::size_t kMaxRespText = 16 << 20;

// The first element of an array, if it is a short string: "message".
struct RespWord {
  std::array<char, 15> bytes;
  std::uint8_t size = 0;

  std::string_view view() const { return {bytes.data(), size}; }
};

struct RespValue {
  char type = 0;  // the byte it begins with: '+', '$', '*' …
  // What the service says, without types and lengths; nulls are empty. The
  // elements of an array, however nested, with a blank between them. Always
  // there for lines and errors, else only if it was to be kept.
  std::string_view text{};
  std::int64_t size = 0;    // of the text, kept or not
  std::int64_t number = 0;  // the last integer (`:`) in it
  RespWord first{};         // of an array or push

  bool error() const { return type == '-' || type == '!'; }
  bool push() const { return type == '>'; }
};

struct RespRead {
  enum class Kind : std::uint8_t {
    kMore,    // all bytes were taken; the value is not complete
    kValue,   // a reply or a push
    kBroken,  // this is not RESP; `value.text` says why, in few words
  };
  Kind kind = Kind::kMore;
  RespValue value{};
};

// One connection's replies. One thread at a time.
class RespReader {
 public:
  RespReader();
  ~RespReader();
  RespReader(RespReader&&) noexcept;
  RespReader& operator=(RespReader&&) noexcept;

  // Takes bytes from the front of `input` until a value is complete. However
  // the bytes are split, the values are the same. `keep` is heeded when a
  // value begins. Texts are valid until the next call, and while the bytes
  // of `input` are. After kBroken every call says the same.
  RespRead next(std::string_view& input, bool keep);

 private:
  struct Partial;
  void read_on(std::string_view& input, bool keep, RespRead& result);

  std::unique_ptr<Partial> partial_;  // null between two values
};

}  // namespace tidemark::redis
