#include "drivers/common/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <span>

namespace tidemark {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, FreeAddresses>;

AddressList look_up(const std::string& host, int flags, int& problem) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags;
  addrinfo* found = nullptr;
  problem = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  return AddressList(problem == 0 ? found : nullptr);
}

std::span<const std::uint8_t> bytes_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return {reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), 4};
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  return {reinterpret_cast<const std::uint8_t*>(&v6.sin6_addr), 16};
}

bool is_loopback(const sockaddr_storage& address) {
  const std::span<const std::uint8_t> bytes = bytes_of(address);
  if (address.ss_family == AF_INET) return bytes[0] == 127;
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return bytes[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

bool is_in(const sockaddr_storage& address, const AddressRange& range) {
  if ((address.ss_family == AF_INET6) != range.v6) return false;
  const std::span<const std::uint8_t> bytes = bytes_of(address);
  for (int bit = 0; bit < range.prefix; ++bit) {
    const std::size_t byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((bytes[byte] & mask) != (range.bytes[byte] & mask)) return false;
  }
  return true;
}

bool is_allowed(const sockaddr_storage& address, const TargetPolicy& policy) {
  if (is_loopback(address)) return true;
  for (const AddressRange& range : policy.allowed)
    if (is_in(address, range)) return true;
  return false;
}

std::string text_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "?";
  ::inet_ntop(address.ss_family, bytes_of(address).data(), text, sizeof(text));
  return text;
}

Endpoint endpoint_of(const addrinfo& entry, std::uint16_t port) {
  Endpoint endpoint;
  std::memcpy(&endpoint.address, entry.ai_addr, entry.ai_addrlen);
  endpoint.size = entry.ai_addrlen;
  if (entry.ai_family == AF_INET)
    reinterpret_cast<sockaddr_in&>(endpoint.address).sin_port = htons(port);
  else
    reinterpret_cast<sockaddr_in6&>(endpoint.address).sin6_port = htons(port);
  endpoint.text = text_of(endpoint.address);
  return endpoint;
}

Endpoint unix_endpoint(const std::string& path) {
  Endpoint endpoint;
  auto& address = reinterpret_cast<sockaddr_un&>(endpoint.address);
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  endpoint.size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  endpoint.text = path;
  return endpoint;
}

void set_buffer(int fd, int option, const std::optional<Bytes>& size) {
  if (!size) return;
  const int bytes = static_cast<int>(size->value);
  ::setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof(bytes));
}

}  // namespace

Result<std::vector<Endpoint>> find_endpoints(const LoadUrl& url,
                                             const TargetPolicy& policy) {
  if (!url.unix_path.empty())
    return std::vector<Endpoint>{unix_endpoint(url.unix_path)};
  int problem = 0;
  const AddressList list = look_up(url.host, 0, problem);
  if (!list)
    return fail(ErrorKind::kEnvironment,
                fmt::format("cannot find the host `{}`: {}", url.host,
                            ::gai_strerror(problem)),
                "write its address instead: 127.0.0.1 or [::1]");
  std::vector<Endpoint> endpoints;
  for (const addrinfo* entry = list.get(); entry != nullptr;
       entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    Endpoint endpoint = endpoint_of(*entry, url.port);
    if (!is_allowed(endpoint.address, policy))
      return fail(
          ErrorKind::kUsage,
          fmt::format("target refused: `{}` is {}, not a loopback address",
                      url.host, endpoint.text),
          "tidemark loads this machine only: use 127.0.0.1, [::1] or "
          "localhost");
    endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

Result<std::vector<Endpoint>> find_sources(
    const std::vector<std::string>& addresses) {
  std::vector<Endpoint> sources;
  for (const std::string& address : addresses) {
    int problem = 0;
    const AddressList list = look_up(address, AI_NUMERICHOST, problem);
    if (!list)
      return fail(ErrorKind::kUsage,
                  fmt::format("the source address `{}` is none", address),
                  "write it in digits: 127.0.0.2");
    sources.push_back(endpoint_of(*list, 0));
  }
  return sources;
}

Fd begin_connect(const Endpoint& to, const Endpoint* source,
                 const SocketSpec& options, int& error) {
  error = 0;
  // Another address of the same name may be of the source's family.
  if (source != nullptr && !to.is_unix() &&
      source->address.ss_family != to.address.ss_family) {
    error = EAFNOSUPPORT;
    return Fd();
  }
  Fd socket(::socket(to.address.ss_family,
                     SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) {
    error = errno;
    return socket;
  }
  const int on = 1;
  if (!to.is_unix() && options.no_delay)
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  set_buffer(socket.get(), SO_RCVBUF, options.receive_buffer);
  set_buffer(socket.get(), SO_SNDBUF, options.send_buffer);
  if (source != nullptr && !to.is_unix()) {
    // The port is chosen by connect(), which knows the other end: the same
    // port then serves every destination.
    ::setsockopt(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
                 sizeof(on));
    if (::bind(socket.get(),
               reinterpret_cast<const sockaddr*>(&source->address),
               source->size) != 0) {
      error = errno;
      return Fd();
    }
  }
  const int result = ::connect(
      socket.get(), reinterpret_cast<const sockaddr*>(&to.address), to.size);
  if (result != 0 && errno != EINPROGRESS) {
    error = errno;
    return Fd();
  }
  return socket;
}

}  // namespace tidemark
