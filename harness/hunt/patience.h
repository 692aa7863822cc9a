// Whether something stays, or only takes its time. Private to this folder.
#pragma once

#include "harness/hunt/traces.h"

namespace tidemark {

// What a patient experiment shows of a finding: whether what connections that
// went one of its `guilty` ways left before the idle cycles was still there
// after them. What is not in the record at all did not stay; what has no rings,
// or no such connection before the idle cycles, is not known to have gone.
bool stays(const RunRecord& record, const Trace& trace, const Ways& guilty);

// How long its idle cycles took together.
Duration idle_time(const RunRecord& record);

}  // namespace tidemark
