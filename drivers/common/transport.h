// One connected (or connecting) stream socket, with TLS or without: bytes in
// and out without blocking, and every way to end it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "drivers/common/tls.h"
#include "harness/base/fd.h"

namespace tidemark {

struct IoResult {
  enum class State : std::uint8_t {
    kSome,    // `count` bytes, at least one
    kNotNow,  // wait until it is ready
    kEnd,     // the peer's FIN
    kFailed,  // `error` is an errno; 0: TLS, see Transport::trouble()
  };
  State state = State::kNotNow;
  std::size_t count = 0;
  int error = 0;
};

// Owns the descriptor. One thread at a time.
class Transport {
 public:
  Transport() = default;
  explicit Transport(Fd socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  bool is_open() const { return static_cast<bool>(socket_); }
  bool is_secure() const { return ssl_ != nullptr; }

  // From now on bytes go through TLS; secure_up() has to succeed first.
  void secure(SslHandle ssl) { ssl_ = std::move(ssl); }
  // kSome: the handshake is done.
  IoResult secure_up();
  std::string trouble() const;  // why TLS failed

  IoResult read(std::span<std::uint8_t> into);
  IoResult write(std::string_view bytes);

  // FIN: over TLS with close_notify before it.
  void shut_down_write();
  // FIN, if nothing is unread (else the kernel sends RST).
  void close();
  // RST, whatever is unread.
  void reset();
  // Neither: the connection is forgotten by this kernel. 0 or an errno.
  int vanish();

 private:
  Fd socket_;
  SslHandle ssl_;
};

// Whether this process may let connections vanish (TCP_REPAIR); an error
// says what it takes.
Status may_vanish();

}  // namespace tidemark
