#include "drivers/common/transport.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

namespace tidemark {
namespace {

using State = IoResult::State;

IoResult from_errno() {
  // ENOTCONN: the kernel is still connecting.
  if (errno == EAGAIN || errno == EINTR || errno == ENOTCONN) return {};
  return {State::kFailed, 0, errno};
}

IoResult from_ssl(const ssl_st* ssl, int result) {
  const int saved = errno;
  switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {};
    case SSL_ERROR_ZERO_RETURN:
      return {State::kEnd};
    case SSL_ERROR_SYSCALL:
      ERR_clear_error();
      if (saved == 0) return {State::kEnd};
      return {State::kFailed, 0, saved};
    default:
      return {State::kFailed, 0, 0};
  }
}

// Errors left in the thread's queue would be taken for those of whichever
// connection is asked about next.
IoResult with_clean_queue(IoResult result) {
  if (result.state == State::kFailed) ERR_clear_error();
  return result;
}

int at_most_int(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

}  // namespace

IoResult Transport::secure_up() {
  errno = 0;
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return {State::kSome};
  return from_ssl(ssl_.get(), result);
}

std::string Transport::trouble() const {
  return ssl_ ? tls_failure(ssl_.get()) : std::string();
}

IoResult Transport::read(std::span<std::uint8_t> into) {
  if (ssl_) {
    errno = 0;
    const int got = SSL_read(ssl_.get(), into.data(), at_most_int(into.size()));
    if (got > 0) return {State::kSome, static_cast<std::size_t>(got)};
    return with_clean_queue(from_ssl(ssl_.get(), got));
  }
  const ssize_t got = ::recv(fd(), into.data(), into.size(), MSG_DONTWAIT);
  if (got > 0) return {State::kSome, static_cast<std::size_t>(got)};
  if (got == 0) return {State::kEnd};
  return from_errno();
}

IoResult Transport::write(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (ssl_) {
    errno = 0;
    const int sent =
        SSL_write(ssl_.get(), bytes.data(), at_most_int(bytes.size()));
    if (sent > 0) return {State::kSome, static_cast<std::size_t>(sent)};
    return with_clean_queue(from_ssl(ssl_.get(), sent));
  }
  const ssize_t sent =
      ::send(fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return {State::kSome, static_cast<std::size_t>(sent)};
  return from_errno();
}

void Transport::shut_down_write() {
  if (ssl_ && SSL_is_init_finished(ssl_.get())) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ::shutdown(fd(), SHUT_WR);
}

void Transport::close() {
  if (ssl_ && SSL_is_init_finished(ssl_.get())) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ssl_.reset();
  socket_.reset();
}

void Transport::reset() {
  const linger now{1, 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  ssl_.reset();
  socket_.reset();
}

int Transport::vanish() {
  const int on = 1;
  // What has come is acknowledged before, now and not some 40 ms later: the
  // service's kernel would send it again, to nobody, and learn from the answer
  // that its peer is gone.
  ::setsockopt(fd(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
  if (::setsockopt(fd(), IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) != 0)
    return errno;
  ssl_.reset();
  socket_.reset();
  return 0;
}

Status may_vanish() {
  Fd probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (probe &&
      ::setsockopt(probe.get(), IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) == 0)
    return {};
  return fail(ErrorKind::kEnvironment,
              fmt::format("the behaviour half_open needs TCP_REPAIR, which "
                          "the kernel refuses: {}",
                          std::strerror(errno)),
              "give tidemark the right: sudo setcap cap_net_admin+ep "
              "$(which tidemark), or run it as root; or take half_open out "
              "of `close`");
}

}  // namespace tidemark
