// Two versions of a service, each by the records of its runs: is the second
// one worse? Pure: same records, same answer.
#pragma once

#include <optional>
#include <span>

#include "tidemark/comparison.h"
#include "tidemark/result.h"
#include "tidemark/run_record.h"

namespace tidemark {

// Worse: a finding is new, a rate or the peak of an open connection is
// higher, or, with `max_slowdown` (per cent), speed is lower. Inconclusive:
// none of this, and something is open: a finding in some runs of NEW only,
// growth without a cause, or runs of NEW that saw too little.
//
// Fills outcome, reason, findings, figures, notes, and the runs of both
// sides; paths, names of files and times are the caller's.
// kUsage: a run has no judgement, since it failed or was interrupted.
Result<VersionComparison> compare_runs(std::span<const RunRecord> before,
                                       std::span<const RunRecord> after,
                                       std::optional<double> max_slowdown);

}  // namespace tidemark
