// The service's side of the opening handshake, for stand-ins.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tidemark/units.h"

namespace tidemark::websocket {

// A longer request is refused with 431.
inline constexpr Bytes kMaxRequestHead{16 << 10};

// What a client asked for; plain printable ASCII without spaces.
struct UpgradeRequest {
  std::string resource;
  std::string key;
  std::string subprotocol;  // the first that was offered, if any was

  bool operator==(const UpgradeRequest&) const = default;
};

// Why a request opens no WebSocket.
struct UpgradeRefusal {
  int status = 400;
  std::string_view why;  // a literal: "the request has no Sec-WebSocket-Key"
};

// Takes `head`, up to and with its blank line, by RFC 6455 §4.2.1 to the
// letter: a stand-in is also the judge of its client.
std::optional<UpgradeRefusal> read_upgrade(std::string_view head,
                                           UpgradeRequest& found);

// The whole reply that opens the connection; `headers` besides its own.
void append_switching(const UpgradeRequest& request,
                      const std::map<std::string, std::string>& headers,
                      std::string& out);

// The whole reply that does not.
void append_refusal(int status,
                    const std::map<std::string, std::string>& headers,
                    std::string_view body, std::string& out);

}  // namespace tidemark::websocket
