#include "harness/runtimes/v8/loopback_socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tidemark::v8 {
namespace {

tl::unexpected<Error> failed(const char* what, int cause) {
  return fail(ErrorKind::kEnvironment,
              fmt::format("{}: {}", what, std::strerror(cause)));
}

}  // namespace

Status LoopbackSocket::wait(short events, TimePoint until) const {
  constexpr std::int64_t kLookAgain = 200;  // for somebody who wants to stop
  for (;;) {
    if (is_cancelled()) return fail(ErrorKind::kInterrupted, "interrupted");
    const Duration left = until - clock_->now();
    if (left <= Duration{})
      return fail(ErrorKind::kEnvironment, "no answer in time");
    // Rounded up: a wait of 0 ms would be a busy loop.
    const auto milliseconds = std::min<std::int64_t>(
        std::chrono::ceil<std::chrono::milliseconds>(left).count(), kLookAgain);
    pollfd entry{socket_.get(), events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(milliseconds));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return failed("cannot wait", errno);
  }
}

Result<LoopbackSocket> LoopbackSocket::connect(std::uint16_t port, Clock& clock,
                                               TimePoint until,
                                               Cancelled cancelled) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return failed("cannot make a socket", errno);
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  LoopbackSocket made(std::move(socket), clock, std::move(cancelled));
  const int number = made.socket_.get();
  if (::connect(number, reinterpret_cast<const sockaddr*>(&address),
                sizeof address) == 0)
    return made;
  if (errno != EINPROGRESS) return failed("cannot connect", errno);
  TIDEMARK_TRY(made.wait(POLLOUT, until));
  int cause = 0;
  socklen_t size = sizeof cause;
  ::getsockopt(number, SOL_SOCKET, SO_ERROR, &cause, &size);
  if (cause != 0) return failed("cannot connect", cause);
  return made;
}

Status LoopbackSocket::send(std::string_view bytes, TimePoint until) {
  while (!bytes.empty()) {
    const ssize_t sent =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      TIDEMARK_TRY(wait(POLLOUT, until));
    } else if (errno != EINTR) {
      return failed("cannot send", errno);
    }
  }
  return {};
}

void LoopbackSocket::hang_up() { ::shutdown(socket_.get(), SHUT_RDWR); }

Result<std::size_t> LoopbackSocket::receive(std::span<std::uint8_t> into,
                                            TimePoint until) {
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), into.data(), into.size(), 0);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EAGAIN) {
      TIDEMARK_TRY(wait(POLLIN, until));
    } else if (errno != EINTR) {
      return failed("cannot receive", errno);
    }
  }
}

}  // namespace tidemark::v8
