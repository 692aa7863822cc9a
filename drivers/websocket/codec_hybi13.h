// RFC 6455 bytes ⇄ messages, and the opening handshake: no socket, no clock.
//
// Bytes from the wire are hostile: nothing read grows beyond kMaxMessage, and
// the first violation of the protocol ends the conversation.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/load_url.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::websocket {

// A longer message is a protocol error (1009).
inline constexpr Bytes kMaxMessage{16 << 20};
// A longer reply to the handshake is an error.
inline constexpr Bytes kMaxReplyHead{16 << 10};

enum class Role { kClient, kServer };
enum class MessageKind { kText, kBinary, kPing, kPong, kClose };

inline constexpr std::uint16_t kNoCloseCode = 1005;

// One whole message; fragments are put together.
struct Message {
  MessageKind kind = MessageKind::kBinary;
  std::string_view payload;  // of a close frame: its reason
  std::uint16_t close_code = kNoCloseCode;
};

// What the codecs of one thread share: random numbers and scratch buffers.
// Outlives them.
class CodecPool {
 public:
  explicit CodecPool(std::uint64_t seed);
  ~CodecPool();
  CodecPool(const CodecPool&) = delete;
  CodecPool& operator=(const CodecPool&) = delete;

 private:
  friend class Codec;
  friend class ClientHandshake;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The state of one connection. One thread at a time.
class Codec {
 public:
  Codec(Role role, CodecPool& pool);
  ~Codec();
  Codec(Codec&&) noexcept;
  Codec& operator=(Codec&&) noexcept;

  // Takes bytes from the front of `input`, which serves as scratch space,
  // until a message is complete; nothing means that all bytes were taken and
  // more are needed. However the bytes are split, the messages are the same.
  // The payload is valid until the next call. After an error, which says in
  // few words what the peer did wrong, every call fails.
  Result<std::optional<Message>> next(std::span<std::uint8_t>& input);

  // The code with which to close after next() has failed: 1002, 1007, 1009.
  std::uint16_t violation_code() const;

  // Appends one frame to `wire`, masked if this is a client. Text must be
  // UTF-8; pings and pongs at most 125 bytes.
  Status append(MessageKind kind, std::string_view payload, std::string& wire);

  // kNoCloseCode: a close frame without a code.
  Status append_close(std::uint16_t code, std::string_view reason,
                      std::string& wire);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The value of Sec-WebSocket-Key, different for each connection.
struct HandshakeKey {
  std::array<char, 24> text{};

  bool operator==(const HandshakeKey&) const = default;
};

// The Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string accept_value(std::string_view key);

// The client's side of the opening handshakes of one load.
class ClientHandshake {
 public:
  // Refuses headers that the handshake itself writes.
  static Result<ClientHandshake> make(
      const LoadUrl& url, const std::map<std::string, std::string>& headers,
      const std::vector<std::string>& subprotocols);

  HandshakeKey new_key(CodecPool& pool) const;

  void append_request(const HandshakeKey& key, std::string& wire) const;

  // `head` is the reply up to and with its blank line. The error says in few
  // words why it opens no connection: "HTTP 404 instead of 101".
  Status check_reply(std::string_view head, const HandshakeKey& key) const;
  // The same without the short way for replies in their plainest form.
  Status check_closely(std::string_view head, const HandshakeKey& key) const;

 private:
  std::string before_key_;
  std::string after_key_;
  std::vector<std::string> subprotocols_;
};

}  // namespace tidemark::websocket
