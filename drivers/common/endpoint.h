// Addresses that sockets are connected to, and those they are bound to first.
#pragma once

#include <sys/socket.h>

#include <span>
#include <string>
#include <vector>

#include "drivers/common/load_url.h"
#include "harness/base/fd.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"
#include "tidemark/target_policy.h"

namespace tidemark {

// As connect() and bind() want it.
struct Endpoint {
  sockaddr_storage address{};
  socklen_t size = 0;
  std::string text;  // "127.0.0.1", "/run/chat.sock"

  bool is_unix() const { return address.ss_family == AF_UNIX; }
  // Neither a Unix socket nor on loopback.
  bool is_foreign() const;
};

// kUsage unless each of `endpoints`, the addresses of `host`, is a Unix
// socket, on loopback, or in a range of `policy`. One that is not is enough.
Status check_endpoints(const std::string& host,
                       std::span<const Endpoint> endpoints,
                       const TargetPolicy& policy);

// Every address of the URL's host, each checked against `policy` before
// anything is sent to it; the name is not looked up again. kUsage: refused.
Result<std::vector<Endpoint>> find_endpoints(const LoadUrl& url,
                                             const TargetPolicy& policy);

// Local addresses, each to be bound with any port. kUsage: not an address.
Result<std::vector<Endpoint>> find_sources(
    const std::vector<std::string>& addresses);

// A socket that connects to `to` without waiting, from `source` if that is
// not null; options are set before. On failure an errno in `error`.
Fd begin_connect(const Endpoint& to, const Endpoint* source,
                 const SocketSpec& options, int& error);

}  // namespace tidemark
