// What a scenario's plan will do, what it will be able to tell, and how long
// it takes: said before anything is started.
#pragma once

#include <string>

#include "tidemark/scenario.h"

namespace tidemark {

// For people. `rows`: how many of the measured cycles are listed. Times are
// of a service that keeps up; nothing is known of this one.
std::string foresee(const Scenario& scenario, std::size_t rows);

}  // namespace tidemark
