#include "harness/target/tcp_ready.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "harness/base/fd.h"

namespace tidemark {
namespace {

constexpr int kPatienceMilliseconds = 500;

// 0, or the errno of the attempt.
int connect_once(const addrinfo& address) {
  const Fd fd(::socket(address.ai_family,
                       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return errno;
  if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd wait{fd.get(), POLLOUT, 0};
  if (::poll(&wait, 1, kPatienceMilliseconds) <= 0) return ETIMEDOUT;
  int cause = 0;
  socklen_t size = sizeof cause;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &cause, &size);
  return cause;
}

// The same for a Unix socket.
int connect_unix(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
  path.copy(address.sun_path, path.size());
  const Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return errno;
  const int connected = ::connect(
      fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  // A queue that is full is the queue of somebody who listens.
  return connected == 0 || errno == EAGAIN ? 0 : errno;
}

}  // namespace

Result<TcpAddress> parse_tcp_address(std::string_view text) {
  if (text.starts_with('/')) return TcpAddress{std::string(text), ""};
  const std::size_t colon = text.rfind(':');
  TcpAddress address;
  if (colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
      host = host.substr(1, host.size() - 2);
    }
    address = {std::string(host), std::string(text.substr(colon + 1))};
  }
  const bool number = !address.port.empty() && address.port.size() <= 5 &&
                      std::all_of(address.port.begin(), address.port.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (address.host.empty() || !number || std::stoi(address.port) > 65535) {
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is not an address to connect to", text),
                "write HOST:PORT, for instance 127.0.0.1:8080");
  }
  return address;
}

std::string try_to_connect(const TcpAddress& address) {
  if (address.host.starts_with('/')) {
    const int cause = connect_unix(address.host);
    return cause == 0 ? std::string() : std::strerror(cause);
  }
  addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(address.host.c_str(), address.port.c_str(),
                                  &wanted, &found);
  if (error != 0) return ::gai_strerror(error);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found,
                                                             &::freeaddrinfo);
  int cause = 0;
  for (const addrinfo* next = found; next != nullptr; next = next->ai_next) {
    cause = connect_once(*next);
    if (cause == 0) return {};
  }
  return std::strerror(cause);
}

}  // namespace tidemark
