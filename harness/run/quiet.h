// Waiting for the service to come to rest after a cycle's connections are
// closed: no socket of ours left (drained), counters at rest (settled).
#pragma once

#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/probe.h"
#include "tidemark/target.h"

namespace tidemark {

struct QuietWorld {
  Target& target;
  HeapProbe* heap;
  KernelProbe& kernel;
  Clock& clock;
  Cancellation& cancellation;
};

// Waits until the kernel counts no more than `before` connection sockets of
// the service. False when `timeout` passed first.
Result<bool> wait_drained(QuietWorld world, Count before, Duration timeout);

struct Settled {
  bool settled = true;  // false: still moving at the timeout
  Duration linger{};    // until the last movement
};

// Waits until the heap's counters have not moved for `quiet`.
Result<Settled> wait_settled(QuietWorld world, Duration quiet,
                             Duration timeout);

// An error if the service has ended or the user wants to stop.
Status still_running(QuietWorld world);

// Why something failed: who asks a service that has just ended is told that it
// does not answer, or does not exist. Its end, if that is what it was, or else
// `error`. Waits a moment, as the kernel tells the end a little later.
Error cause_of(Error error, QuietWorld world);

}  // namespace tidemark
