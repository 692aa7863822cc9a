// The catalogue of what a WebSocket client can do wrong. Private to this
// folder; a protocol's provocations() are its face.
#pragma once

#include <span>

#include "drivers/common/provocation.h"

namespace tidemark::websocket {

std::span<const Provocation> handshake_provocations();  // When::kFirst
std::span<const Provocation> frame_provocations();      // When::kOpen
std::span<const Provocation> text_provocations();       // of UTF-8 and closes

// All of them.
std::span<const Provocation> provocations();

}  // namespace tidemark::websocket
