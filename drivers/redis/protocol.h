// Redis' protocol as a client speaks it, RESP2 or RESP3: commands, pipelines,
// subscriptions, and ways to go.
//
// An error that nobody asked for ("-ERR max number of clients reached") is
// the service's good-bye; any other such reply breaks the protocol.
//
// A step's `words` are a command, `size` appends a generated value to it;
// without words it is PING. Reply::body is the reply's text as resp.h says:
// the elements of an array with a blank between them, "" for null. The reply
// to SUBSCRIBE and its like is the last of their confirmations.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "drivers/common/conversation.h"
#include "drivers/common/load_url.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// kUsage if a path is no number of a database, or the credentials are
// incomplete.
Result<std::unique_ptr<Protocol>> make_redis_protocol(const LoadSpec& spec,
                                                      const LoadUrl& url);

namespace redis {

// Whether a command may destroy data or end a service, in any case of its
// letters: what is for loopback only.
bool is_destructive(std::string_view command);

// The first command of the load that may not leave loopback: a destructive
// one, a script (which may call one), or one that is only known when its
// variables are. "" if all may.
std::string refused_off_loopback(const LoadSpec& spec);

}  // namespace redis
}  // namespace tidemark
