#include "harness/hunt/patience.h"

#include <algorithm>

#include "tidemark/ways.h"

namespace tidemark {
namespace {

// Of what the same number of connections has left just now: less means that
// it goes, sooner or later.
constexpr double kStays = 0.5;

// The last cycle without connections; 0: there was none.
CycleIndex last_idle(const RunRecord& record) {
  CycleIndex last;
  for (const CycleFacts& cycle : record.cycles)
    if (cycle.kind == CycleKind::kIdle) last = std::max(last, cycle.index);
  return last;
}

// How many connections of the cycle went one of the ways. Which ways a cycle
// has is a matter of the plan.
double dose_of(const CycleFacts& cycle, const Ways& guilty) {
  double sum = 0;
  for (const WeightedClose& way : guilty) {
    const auto closed = cycle.load.closed.find(way_of(way));
    if (closed != cycle.load.closed.end())
      sum += static_cast<double>(closed->second.value);
  }
  return sum;
}

struct Left {
  double objects = 0;
  double dose = 0;

  double each() const { return dose > 0 ? objects / dose : 0; }
};

// What is left of the cycles up to `last`, or of those behind it.
Left left_of(const RunRecord& record, const Finding& finding,
             const Ways& guilty, CycleIndex last, bool behind) {
  Left left;
  for (const FindingRing& ring : finding.rings) {
    if ((ring.cycle > last) != behind) continue;
    left.objects += static_cast<double>(ring.objects.value);
    for (const CycleFacts& cycle : record.cycles)
      if (cycle.index == ring.cycle) left.dose += dose_of(cycle, guilty);
  }
  return left;
}

}  // namespace

bool stays(const RunRecord& record, const Trace& trace, const Ways& guilty) {
  if (!record.judgement) return true;
  const CycleIndex last = last_idle(record);
  for (const Finding& finding : record.judgement->findings) {
    if (!is_same(trace_of(record, finding), trace)) continue;
    if (finding.kind == FindingClass::kLingering) return false;
    if (last.value == 0) return true;
    const Left before = left_of(record, finding, guilty, last, false);
    const Left after = left_of(record, finding, guilty, last, true);
    return before.dose <= 0 ||
           (before.objects > 0 && before.each() >= kStays * after.each());
  }
  return false;
}

Duration idle_time(const RunRecord& record) {
  Duration sum{};
  for (const CycleFacts& cycle : record.cycles)
    if (cycle.kind == CycleKind::kIdle) sum += cycle.finished - cycle.started;
  return sum;
}

}  // namespace tidemark
