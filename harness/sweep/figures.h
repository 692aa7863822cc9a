// What one run says of its cell. Pure.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "tidemark/run_record.h"
#include "tidemark/sweep.h"

namespace tidemark {

// What the record has; a run that failed has none. Speed is the median of the
// loaded cycles behind the baseline.
std::map<SweepFigure, double> figures_of(const RunRecord& record);

// The places that open connections fill, largest first.
std::vector<SweepSite> sites_of(const RunRecord& record);

// What these places explain of it; nothing without open connections.
std::optional<SweepArithmetic> arithmetic_of(const RunRecord& record);

}  // namespace tidemark
