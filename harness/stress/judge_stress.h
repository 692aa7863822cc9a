// What a stress run's figures amount to. Pure.
#pragma once

#include "tidemark/stress_record.h"

namespace tidemark {

// Sets `outcome` and `reason` from the rest.
//
//   error    nothing was opened at all
//   invalid  the driver, not the service, was the bottleneck: it was late by
//            kLateDriver at the 99th percentile of its schedule, or it was
//            busier than kBusyDriver while thresholds or dropped iterations
//            ask for a judgement
//   failed   a threshold was not met; without thresholds: any request failed,
//            any connection was refused, failed or ended early by the service
//   invalid  nothing failed, but under less load than was promised: a flow of
//            arrivals dropped more than kMostDropped of those that were due,
//            and no threshold on dropped_iterations judges that
//   pass     otherwise
void judge_stress(StressRecord& record);

inline constexpr Duration kLateDriver = std::chrono::milliseconds(20);
inline constexpr double kBusyDriver = 0.95;   // of a core
inline constexpr double kMostDropped = 0.01;  // of what was due

}  // namespace tidemark
