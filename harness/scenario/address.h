// Whom tidemark may load: itself only, unless the command line says more. A
// scenario that names another machine is refused when it is read, before any
// packet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tidemark/load_words.h"
#include "tidemark/result.h"

namespace tidemark {

struct ServerAddress {
  std::string host;  // without brackets: "127.0.0.1", "::1", "localhost"
  std::uint16_t port = 0;

  bool operator==(const ServerAddress&) const = default;
};

// Which hosts a text may name.
enum class Hosts {
  kLoopback,
  // Any name or address in its one plain form; who it is, and whether it may
  // be loaded, is decided when it is resolved.
  kAny,
};

// A URL, taken apart: SCHEME://HOST:PORT/PATH, or SCHEME+unix:/SOCKET:/PATH.
struct LoadAddress {
  std::string scheme;  // without "+unix"
  Engine engine = Engine::kWebSocket;
  bool secure = false;      // TLS is spoken
  ServerAddress server;     // TCP
  std::string socket_path;  // Unix socket: not empty, and `server` is
  std::string resource;     // path with its query; empty if none was given

  bool operator==(const LoadAddress&) const = default;
};

// A URL of one of the schemes of `words`, on one of `hosts` or a Unix socket.
// REQUIRES: variables are expanded.
Result<LoadAddress> parse_load_address(std::string_view url,
                                       const LoadWords& words,
                                       Hosts hosts = Hosts::kLoopback);

// `HOST:PORT`.
Result<ServerAddress> parse_endpoint(std::string_view endpoint,
                                     Hosts hosts = Hosts::kLoopback);

// True for localhost, [::1] without its brackets and 127.0.0.0/8 as four
// decimal numbers. Names are not resolved: what a name means can change
// between the check and the connection.
bool is_loopback_host(std::string_view host);

// 127.x.y.z as one number, or nothing if it is not on loopback.
Result<std::uint32_t> parse_loopback_v4(std::string_view text);

}  // namespace tidemark
