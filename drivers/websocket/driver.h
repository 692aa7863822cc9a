// The WebSocket driver: clients over TCP on this machine.
#pragma once

#include <memory>

#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/driver.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// An error of kind kUsage if `spec` cannot be carried out as it stands: its
// URL, a header, a subprotocol or a close code is impossible, or its host is
// another machine. `clock` and `cancellation` outlive the driver; the clock
// must move with real time, because sockets do.
//
// Nothing runs between calls: a ping that comes then is answered in the next
// call. With `localhost` every address of that name is tried in turn.
Result<std::unique_ptr<Driver>> make_websocket_driver(
    const LoadSpec& spec, Clock& clock, Cancellation& cancellation);

}  // namespace tidemark
