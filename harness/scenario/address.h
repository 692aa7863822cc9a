// Whom tidemark may load: itself only. A scenario that names another machine
// is refused when it is read, before any packet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace tidemark {

struct ServerAddress {
  std::string host;  // without brackets: "127.0.0.1", "::1", "localhost"
  std::uint16_t port = 0;
  std::string path;  // with its query; "/" if none was given

  bool operator==(const ServerAddress&) const = default;
};

// `ws://HOST:PORT/PATH` on loopback. REQUIRES: variables are expanded.
Result<ServerAddress> parse_ws_url(std::string_view url);

// `HOST:PORT` on loopback; the path of the result is empty.
Result<ServerAddress> parse_endpoint(std::string_view endpoint);

// True for localhost, [::1] without its brackets and 127.0.0.0/8 as four
// decimal numbers. Names are not resolved: what a name means can change
// between the check and the connection.
bool is_loopback_host(std::string_view host);

}  // namespace tidemark
