// Redis as a stand-in plays it: the commonest commands, by rule or plainly.
//
// Plainly: PING, ECHO, HELLO, AUTH, SELECT, CLIENT, COMMAND, INFO, RESET,
// SET, GET, DEL, EXISTS, INCR, EXPIRE (which forgets nothing: there is no
// clock here), SUBSCRIBE and its like (confirmed; nothing is ever published)
// and QUIT; to others `-ERR unknown command`. With a password, nothing but
// AUTH, HELLO, RESET and QUIT is answered before it was given, whatever the
// rules say.
#pragma once

#include <memory>

#include "drivers/common/responder.h"
#include "tidemark/scenario.h"

namespace tidemark {

// Its responders share one store, and must not outlive it.
std::unique_ptr<StandInProtocol> make_redis_responder(const StandInSpec& spec);

}  // namespace tidemark
