// What can be known to be too little before anything is started.
#pragma once

#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// Whether the descriptors this process may have, and the ports of its source
// addresses, are enough for the scenario's connections. The soft limit of
// descriptors is raised as far as it has to be and may be; the service
// inherits it. kEnvironment with the cure otherwise.
// `stress`: as many connections as the flows' `stress` says. maxConnections is
// a cap, for which the limit is raised if it may be, and nothing is refused.
Status preflight(const Scenario& scenario, bool stress);

}  // namespace tidemark
