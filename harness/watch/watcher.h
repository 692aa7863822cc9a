// The watch: nobody loads the service, nothing is purged, nothing is asked of
// it but what it has, every so often.
#pragma once

#include <functional>
#include <optional>

#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/observer.h"
#include "tidemark/probe.h"
#include "tidemark/run_record.h"
#include "tidemark/target.h"
#include "tidemark/watch.h"

namespace tidemark {

struct WatchPlan {
  Duration every{};
  std::optional<Duration> for_long;  // absent: until it is cancelled
  bool holders = false;              // ask at the end who holds what stayed
};

struct WatchWorld {
  Target& target;
  HeapProbe* heap;  // null: the kernel's view only
  KernelProbe& kernel;
  Clock& clock;
  Cancellation& cancellation;
  Observer& observer;
  std::function<std::string()> wall;  // UTC, ISO 8601
  // Told each reading, and the record as it is then.
  std::function<Status(const WatchReading&, const RunRecord&)> told;
};

// Fills the record in from the first reading to the last, and stops the target
// (a service that was attached to goes on). Rings of the record are periods: of
// one interval at first, then of a twenty-fourth of the time there has been, so
// that a watch of a week has some 250, and a longer one no more. What grows is
// told (growth.h) and never fails: nobody knows what others asked of the
// service. kEnvironment in record.error: the service ended, or cannot be seen.
void watch_service(const WatchPlan& plan, WatchWorld world, RunRecord& record);

}  // namespace tidemark
