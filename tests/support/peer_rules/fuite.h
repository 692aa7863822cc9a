// fuite: one iteration to throw away, a snapshot, seven iterations, another
// snapshot. A class of objects is suspected when its count rose by a multiple
// of the iterations.
// Source: nolanlawson/fuite 40825977,
// src/metrics/heapsnapshots/analyzeHeapsnapshots.js (analyzeHeapSnapshots),
// src/index.js (DEFAULT_ITERATIONS). Its list of the browser's own classes
// and its condition that the heap as a whole grew are left out.
#pragma once

#include <cstdint>

namespace tidemark::peers {

inline constexpr int kFuiteIterations = 7;

inline bool fuite_suspects(std::int64_t rise, std::int64_t iterations) {
  return rise > 0 && rise % iterations == 0;
}

}  // namespace tidemark::peers
