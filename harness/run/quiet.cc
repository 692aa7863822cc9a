#include "harness/run/quiet.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/run/service_exit.h"

namespace tidemark {
namespace {

// Looks often at first, since most services are done within milliseconds.
class BackOff {
 public:
  Duration next() {
    Duration now = step_;
    step_ = std::min<Duration>(step_ * 2, std::chrono::milliseconds(20));
    return now;
  }

 private:
  Duration step_ = std::chrono::milliseconds(1);
};

}  // namespace

Status still_running(QuietWorld world) {
  if (world.cancellation.requested())
    return fail(ErrorKind::kInterrupted, "interrupted");
  std::optional<ServiceExit> exit = world.target.exited();
  if (!exit) return {};
  return fail(ErrorKind::kEnvironment,
              "the service died during the run: it " + how_it_ended(*exit),
              "its last output is in the record; the heap's state at its "
              "death is below if the agent had seen it");
}

Error cause_of(Error error, QuietWorld world) {
  constexpr Duration kMoment = std::chrono::milliseconds(200);
  BackOff back_off;
  for (const TimePoint until = world.clock.now() + kMoment;;) {
    if (Status alive = still_running(world); !alive) return alive.error();
    if (world.clock.now() >= until) return error;
    world.clock.sleep(back_off.next());
  }
}

Result<bool> wait_drained(QuietWorld world, Count before, Duration timeout) {
  TimePoint started = world.clock.now();
  BackOff back_off;
  for (;;) {
    TIDEMARK_TRY(still_running(world));
    Result<Count> now = world.kernel.connections(world.target.processes());
    TIDEMARK_TRY(now);
    if (*now <= before) return true;
    if (world.clock.now() - started >= timeout) return false;
    world.clock.sleep(back_off.next());
  }
}

Result<Settled> wait_settled(QuietWorld world, Duration quiet,
                             Duration timeout) {
  Settled result;
  if (!world.heap) {
    world.clock.sleep(quiet);
    return result;
  }
  TimePoint started = world.clock.now();
  TimePoint moved = started;
  Result<HeapCounters> last = world.heap->counters();
  TIDEMARK_TRY(last);
  BackOff back_off;
  while (world.clock.now() - moved < quiet) {
    if (world.clock.now() - started >= timeout) {
      result.settled = false;
      break;
    }
    TIDEMARK_TRY(still_running(world));
    world.clock.sleep(std::min<Duration>(back_off.next(), quiet));
    Result<HeapCounters> now = world.heap->counters();
    TIDEMARK_TRY(now);
    if (*now != *last) moved = world.clock.now();
    last = now;
  }
  result.linger = moved - started;
  return result;
}

}  // namespace tidemark
