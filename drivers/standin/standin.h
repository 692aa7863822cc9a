// A stand-in on a free port of 127.0.0.1, with a thread of its own.
#pragma once

#include <memory>

#include "drivers/common/responder.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"
#include "tidemark/standin.h"

namespace tidemark {

// Listens when this returns. kUsage: its certificate or key cannot be used;
// kEnvironment: no port or no thread is to be had.
Result<std::unique_ptr<StandIn>> make_standin(
    const StandInSpec& spec, std::unique_ptr<StandInProtocol> protocol);

}  // namespace tidemark
