// The heap of a native service, seen through the preloaded agent's shared
// memory: exact, without stopping the service, and readable after its death.
#pragma once

#include <memory>

#include "tidemark/clock.h"
#include "tidemark/probe.h"

namespace tidemark {

std::unique_ptr<HeapProbe> make_native_probe(Clock& clock);

}  // namespace tidemark
