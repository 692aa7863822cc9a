// HTTP/1.1 for the engine: the client's side.
#pragma once

#include <memory>

#include "drivers/common/conversation.h"
#include "drivers/common/load_url.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// kUsage if the load's headers cannot be sent. A request has a reply in any
// case; ReplyRule::kIgnore only means that it may be anything.
Result<std::unique_ptr<Protocol>> make_http_protocol(const LoadSpec& load,
                                                     const LoadUrl& url);

}  // namespace tidemark
