// Which classes a finding asks a heap dump about.
#pragma once

#include <string>
#include <vector>

#include "harness/runtimes/managed/sites.h"

namespace tidemark::jvm {

// By the classes of its sites, the first of which names it. Those of the
// service's, as they hold the library's that grow with them; without any of
// them, the first: all byte[] that live have too many owners to tell. None for
// threads, which are told by where they wait.
std::vector<std::string> classes_to_ask(const std::vector<SiteId>& sites,
                                        const ManagedSites& names);

}  // namespace tidemark::jvm
