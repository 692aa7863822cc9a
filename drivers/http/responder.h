// HTTP/1.1 for stand-ins: the server's side.
#pragma once

#include <memory>

#include "drivers/common/responder.h"
#include "tidemark/scenario.h"

namespace tidemark {

// Asked::what is the path without query; Asked::title "GET /items".
std::unique_ptr<StandInProtocol> make_http_responder(const StandInSpec& spec);

}  // namespace tidemark
