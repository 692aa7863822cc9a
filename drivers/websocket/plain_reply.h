// The reply to a handshake in its plainest form, which is what services send:
// recognised without taking it apart into objects, because a churn of
// connections is made of these. Private to this folder.
#pragma once

#include <string_view>

namespace tidemark::websocket {

// True if `head`, a 101 up to and with its blank line, accepts `accept` in
// one line each of Upgrade, Connection and Sec-WebSocket-Accept, and says
// nothing of subprotocols, extensions or a body. False means only that
// somebody has to look closer: ClientHandshake::check_closely(), which accepts
// all of which this is true.
bool is_plain_acceptance(std::string_view head, std::string_view accept);

}  // namespace tidemark::websocket
