// Connections that the service, a client itself, opened to the servers that
// tidemark plays and did not close.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/verdict/rings.h"
#include "tidemark/verdict.h"

namespace tidemark {

// At most one finding per stand-in: growth of what is open there at the end
// of the cycles, per unit of load or per second. A number that does not grow
// is a pool's and fine.
std::vector<Finding> upstream_findings(const Evidence& evidence,
                                       std::span<const Dose> doses);

// Connections open at all stand-ins after each dose, less those at the
// baseline: sockets and descriptors of the service that upstream_findings()
// accounts for. Zeros without stand-ins.
std::vector<std::int64_t> upstream_levels(const Evidence& evidence,
                                          std::span<const Dose> doses);

}  // namespace tidemark
