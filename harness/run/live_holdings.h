// What a running service has, without a run: who allocated, and who holds.
#pragma once

#include <sys/types.h>

#include <vector>

#include "tidemark/probe.h"
#include "tidemark/run_record.h"

namespace tidemark {

// A record with `held`, `allocated`, their sites and what is known of the
// service; nothing else. Errors are those of the probe.
Result<RunRecord> live_holdings(const std::vector<pid_t>& processes,
                                HeapProbe& probe);

}  // namespace tidemark
