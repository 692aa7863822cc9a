// The WebSocket stand-in: the service's side of RFC 6455.
#pragma once

#include <memory>

#include "drivers/common/responder.h"
#include "tidemark/scenario.h"

namespace tidemark {

// The handshake is asked() as "handshake", and only rules for that fit it; all
// others are for messages. A rule without a reply, a size and a close
// is answered like no rule; one with repeat 0 is not answered.
std::unique_ptr<StandInProtocol> make_websocket_responder(
    const StandInSpec& spec);

}  // namespace tidemark
