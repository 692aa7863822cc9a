// Several flows as one load: each keeps its own connections, and all of them
// work at the same time.
#pragma once

#include <memory>
#include <vector>

#include "tidemark/driver.h"

namespace tidemark {

// Each of `flows` takes those ways of a plan that bear its name. An error of
// one is the error of the call, once all have returned.
std::unique_ptr<Driver> make_flows_driver(
    std::vector<std::unique_ptr<Driver>> flows);

}  // namespace tidemark
