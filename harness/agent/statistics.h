// What the service's allocator says of itself.
#pragma once

#include "tidemark/agent_protocol.h"

namespace tidemark::agent {

// On the agent's thread only: allocators take their locks for this.
void read_statistics(Allocator allocator, Statistics& into);

}  // namespace tidemark::agent
