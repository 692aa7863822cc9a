// The heap of a native service, seen through the preloaded agent's shared
// memory: exact, without stopping the service, and readable after its death.
#pragma once

#include <functional>
#include <memory>

#include "tidemark/clock.h"
#include "tidemark/probe.h"
#include "tidemark/units.h"

namespace tidemark {

struct NativeProbeOptions {
  // How long a service whose processes have no agent is waited for: one that
  // was started a moment ago may be at loading its libraries.
  Duration loading{};
  // Whether the user wants to stop. Empty: never.
  std::function<bool()> cancelled;
};

std::unique_ptr<HeapProbe> make_native_probe(Clock& clock,
                                             NativeProbeOptions options = {});

}  // namespace tidemark
