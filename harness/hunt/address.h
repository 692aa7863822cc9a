// Where a service is, as the command line says it: a URL, or only a place.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tidemark/result.h"

namespace tidemark {

struct HuntAddress {
  std::string scheme;  // "ws"; empty: to be found out
  std::string place;   // "127.0.0.1:{{ port }}" or "/run/chat.sock"
  bool unix_socket = false;
  std::string resource;  // "/chat"; empty if none was given

  bool operator==(const HuntAddress&) const = default;
};

// ws://HOST:PORT/PATH, HOST:PORT, :PORT, PORT, unix:/SOCKET,
// ws+unix:/SOCKET:/PATH. A port may be `{port}`. That it is on this machine is
// the scenario's to check. kUsage for anything else.
Result<HuntAddress> parse_hunt_address(std::string_view text);

// The URL of a scenario. REQUIRES: a scheme that scenarios know.
std::string url_of(const HuntAddress& address, std::string_view scheme,
                   std::string_view resource);

// A word of the service's command as a scenario has it: `{port}` is the port
// that tidemark chooses.
std::string scenario_word(std::string_view word);

}  // namespace tidemark
