// Finds out what root_ranges() wants to know about a process that stands
// still: from its own memory, its map and the agent's table.
#pragma once

#include <sys/types.h>

#include <vector>

#include "harness/runtimes/native/block_table.h"
#include "harness/runtimes/native/copied_memory.h"
#include "harness/runtimes/native/root_ranges.h"
#include "harness/runtimes/native/segment_reader.h"

namespace tidemark {

// `table` must live as long as what is returned.
RootSources root_sources(pid_t service, const CopiedMemory& memory,
                         const SegmentReader& segment,
                         std::vector<ThreadPosition> threads,
                         const BlockTable& table);

}  // namespace tidemark
