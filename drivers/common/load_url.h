// Where the load goes, taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace tidemark {

struct LoadUrl {
  std::string scheme;  // "ws"
  std::string host;    // without brackets: "127.0.0.1", "::1", "localhost"
  std::uint16_t port = 80;
  std::string resource;  // path and query; "/" if none was given

  // As a Host header wants it: "[::1]:9001", "localhost" (port 80).
  std::string authority() const;

  bool operator==(const LoadUrl&) const = default;
};

// `SCHEME://HOST[:PORT][/PATH[?QUERY]]` with the scheme `scheme`.
Result<LoadUrl> parse_load_url(std::string_view url, std::string_view scheme);

}  // namespace tidemark
