// The WebSocket protocol of a load: RFC 6455 over ws and wss.
#pragma once

#include <memory>

#include "drivers/common/conversation.h"
#include "drivers/common/load_url.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// An error of kind kUsage if a header, a subprotocol, the size of a message,
// or the code or reason of a close is impossible.
//
// A step that does not say what its reply must be wants the echo of a
// generated body, unless it expects something else in it, and any message
// after a body of its own. A reply is the next data message, whoever it was
// meant for; data that no kSend awaits, also during a kReceive, is pushed().
Result<std::unique_ptr<Protocol>> make_websocket_protocol(const LoadSpec& spec,
                                                          const LoadUrl& url);

}  // namespace tidemark
