// Churn: much is allocated for each connection and all of it is freed again.
// It costs time, it looks like a leak in a profile of what was allocated, and
// it is none.
#pragma once

#include <optional>

#include "tidemark/verdict.h"

namespace tidemark {

// nullopt where little is allocated, or where what is kept is not little.
std::optional<Finding> churn_finding(const Evidence& evidence);

}  // namespace tidemark
