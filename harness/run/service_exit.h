// What the service's end says about a run.
#pragma once

#include <string>
#include <vector>

#include "tidemark/result.h"
#include "tidemark/run_record.h"
#include "tidemark/scenario.h"

namespace tidemark {

// "was killed by signal 11", "ended with exit code 9".
std::string how_it_ended(const ServiceExit& exit);

// A service that the kernel killed for its memory did not die of itself: says
// so in the error.
void blame_memory_limit(RunRecord& record);

// Of a service that was asked to stop: kEnvironment, and what to do, if it
// ended otherwise than it should.
Status check_exit(const StopRule& rule, const ServiceExit& exit);

}  // namespace tidemark
