// Asking the agent's thread inside the service to do something.
#pragma once

#include "harness/runtimes/native/segment_reader.h"
#include "tidemark/clock.h"

namespace tidemark {

// Writes the request and wakes the thread; what wait_for_agent() wants.
std::uint32_t ask_agent(SegmentReader& segment, agent::Request request);

// False when the thread has not answered by then, or was never started: it
// is from the first allocation after the harness has found the service.
bool wait_for_agent(SegmentReader& segment, std::uint32_t asked, Clock& clock,
                    TimePoint until);

}  // namespace tidemark
