// Whether something accepts connections at an address.
#pragma once

#include <string>
#include <string_view>

#include "tidemark/result.h"

namespace tidemark {

struct TcpAddress {
  std::string host;  // begins with `/`: the path of a Unix socket, no port
  std::string port;
};

// "HOST:PORT", "[V6]:PORT" or "/SOCKET". The error is kUsage.
Result<TcpAddress> parse_tcp_address(std::string_view text);

// Connects once and hangs up. Empty when it was accepted, otherwise why not
// ("Connection refused").
std::string try_to_connect(const TcpAddress& address);

}  // namespace tidemark
