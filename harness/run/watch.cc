#include "harness/run/watch.h"

#include <algorithm>

namespace tidemark {

Duration age_of_oldest(const std::vector<CycleFacts>& cycles,
                       CycleIndex baseline, Duration now) {
  for (const CycleFacts& facts : cycles)
    if (facts.index > baseline && facts.kind != CycleKind::kIdle)
      return now - facts.finished;
  return {};
}

Duration worth_watching(const std::vector<Finding>& findings, Duration linger,
                        Duration age) {
  bool certain = false;
  for (const Finding& finding : findings) {
    // The peak is over: nothing of it is awaited.
    if (finding.suppressed || finding.unit == kOpenConnection) continue;
    if (finding.kind == FindingClass::kUndecided) return linger;
    if (finding.kind != FindingClass::kLeak &&
        finding.kind != FindingClass::kUpstream &&
        finding.kind != FindingClass::kDescriptors)
      continue;
    if (!finding.rate.exact) return linger;
    certain = true;
  }
  return certain ? std::max(Duration{}, linger - age) : Duration{};
}

bool doubt_unwatched(std::vector<Finding>& findings, Duration linger,
                     Duration age) {
  bool any = false;
  for (Finding& finding : findings) {
    if (!finding.fails || worth_watching({finding}, linger, age) <= Duration{})
      continue;
    finding.kind = FindingClass::kUndecided;
    finding.fails = false;
    finding.explanation += "; not watched for long enough: it may go yet";
    any = true;
  }
  return any;
}

}  // namespace tidemark
