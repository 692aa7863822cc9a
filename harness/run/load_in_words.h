// A scenario's load as messages of a run name it.
#pragma once

#include <string>

#include "harness/verdict/plan.h"
#include "tidemark/driver.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

// What this load's clients call what they send: "message", "request",
// "command".
std::string message_word(const Scenario& scenario);

// An error if connections were tried and none reached the service.
Status enough_opened(const Scenario& scenario, const LoadCounts& load);

// "cycle 3 of at most 50, idle, 0 connections"; `number` from 1.
std::string cycle_title(const PlannedCycle& cycle, std::size_t number,
                        std::size_t all, bool planned);

}  // namespace tidemark
