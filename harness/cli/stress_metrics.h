// What the flows of a stress run measured, as one table of metrics.
#pragma once

#include <vector>

#include "drivers/common/stress_flow.h"
#include "tidemark/stress_record.h"

namespace tidemark {

// Fills in metrics, health and the flows' counts: each flow by its name, and
// all together under no name. `memory` is what the process grew by while the
// most connections were open.
void add_metrics(const Scenario& scenario,
                 std::vector<StressFlowResult> results, Bytes memory,
                 StressRecord& record);

}  // namespace tidemark
