#include "drivers/common/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>

#include "harness/base/address_range.h"

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

std::string in_words(const TargetPolicy& policy) {
  std::string text;
  for (const AddressRange& range : policy.allowed)
    text += fmt::format("{}{}", text.empty() ? "" : " or ", range.text);
  return text;
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

bool Endpoint::is_foreign() const {
  return !is_unix() && !is_loopback(bytes_of(address));
}

Status check_endpoints(const std::string& host,
                       std::span<const Endpoint> endpoints,
                       const TargetPolicy& policy) {
  for (const Endpoint& endpoint : endpoints) {
    if (!endpoint.is_foreign()) continue;
    const AddressBytes bytes = bytes_of(endpoint.address);
    if (const std::string_view why = why_never(bytes); !why.empty())
      return fail(ErrorKind::kUsage,
                  fmt::format("target refused: `{}` is {}, {}", host,
                              endpoint.text, why),
                  "no option allows to load those");
    const bool allowed = std::any_of(
        policy.allowed.begin(), policy.allowed.end(),
        [&](const AddressRange& range) { return contains(range, bytes); });
    if (allowed) continue;
    if (policy.allowed.empty())
      return fail(
          ErrorKind::kUsage,
          fmt::format("target refused: `{}` is {}, not a loopback address",
                      host, endpoint.text),
          "tidemark loads this machine only: use 127.0.0.1, [::1] or "
          "localhost, or see --allow-target");
    return fail(ErrorKind::kUsage,
                fmt::format("target refused: `{}` is {}, neither a loopback "
                            "address nor in {}",
                            host, endpoint.text, in_words(policy)),
                "each address of the name must be allowed: --allow-target "
                "CIDR, once for each range");
  }
  return {};
}

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
    endpoints.push_back(endpoint_of(*entry, url.port));
  }
  TIDEMARK_TRY(check_endpoints(url.host, endpoints, policy));
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
