// What the kernel's figures say: descriptors, threads and sockets above
// their budget, and memory that only the allocator still holds.
#pragma once

#include <span>
#include <vector>

#include "harness/verdict/rings.h"
#include "tidemark/verdict.h"

namespace tidemark {

// One failing finding per budget that the settled samples exceed. Sockets
// are descriptors too: those already reported as sockets are not counted
// again, nor are connections to stand-ins (see upstreams.h).
std::vector<Finding> descriptor_findings(const Evidence& evidence,
                                         std::span<const Dose> doses);

// Where there is no account of the memory (retained.h has those): private
// memory grew by at least 8 MiB and a fifth while the live heap did
// not: innocent, worth knowing. Without a heap view the same growth is
// undecided. At most one finding.
std::vector<Finding> memory_findings(const Evidence& evidence,
                                     Bytes live_growth,
                                     std::span<const Dose> doses);

}  // namespace tidemark
