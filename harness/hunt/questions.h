// What is asked of a service to find out what it speaks. Pure: who asks, and
// in which order, is harness/cli/interview.
#pragma once

#include <vector>

#include "harness/hunt/address.h"
#include "tidemark/scenario.h"

namespace tidemark {

// One connection that does this and gets the reply that it expects shows what
// the hunt's connections may do.
using Questions = std::vector<LoadSpec>;

// Whether TLS is spoken: nothing but the handshake.
LoadSpec tls_question(const HuntAddress& address);

// Places where services have their WebSocket, or the one that was given.
Questions websocket_questions(const HuntAddress& address, bool secure);

// How one that is open answers messages: with an echo, with something, not at
// all. The last of them is always right. `say`: the message; null: any.
Questions message_questions(const LoadSpec& open, const Step* say);

// A GET, by the status that it is answered with.
Questions http_questions(const HuntAddress& address, bool secure);

// The same and a POST.
Questions post_questions(const LoadSpec& with_get);

// SET and GET, or PING where there is no SET.
Questions redis_questions(const HuntAddress& address, bool secure);

LoadSpec tcp_question(const HuntAddress& address, bool secure);

}  // namespace tidemark
