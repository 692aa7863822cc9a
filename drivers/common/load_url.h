// Where the load goes, taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"

namespace tidemark {

struct LoadUrl {
  std::string scheme;  // "ws", "wss", "http" … without "+unix"
  std::string host;    // without brackets: "127.0.0.1", "::1", "localhost"
  std::uint16_t port = 80;
  std::string resource;     // path and query; "/" if none was given
  std::string unix_path{};  // not empty: a Unix socket; host is "localhost"
  bool secure = false;      // TLS

  // As a Host header wants it: "[::1]:9001", "localhost" (default port).
  std::string authority() const;

  bool operator==(const LoadUrl&) const = default;
};

// `SCHEME://HOST[:PORT][/PATH[?QUERY]]`, or `SCHEME+unix:/SOCKET[:/PATH]`,
// with one of `schemes`. Ports that are not said are the scheme's own.
Result<LoadUrl> parse_load_url(std::string_view url,
                               const std::vector<std::string>& schemes);

}  // namespace tidemark
