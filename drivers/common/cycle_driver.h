// The load of a hunt: so many connections opened, used and ended, cycle after
// cycle.
#pragma once

#include <memory>

#include "drivers/common/engine.h"
#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/driver.h"
#include "tidemark/result.h"

namespace tidemark {

// `clock` and `cancellation` outlive the driver; the clock must move with
// real time, because sockets do. Nothing runs between calls: a ping that
// comes then is answered in the next call.
Result<std::unique_ptr<Driver>> make_cycle_driver(EngineSetup setup,
                                                  Clock& clock,
                                                  Cancellation& cancellation);

}  // namespace tidemark
