// Time, as an interface: a ten-minute settle is tested in microseconds with
// tests/support/manual_clock.h.
#pragma once

#include "tidemark/units.h"

namespace tidemark {

class Clock {
 public:
  virtual ~Clock() = default;

  virtual TimePoint now() const = 0;

  // Returns after `d`, or earlier when the run is cancelled; the caller looks
  // at its Cancellation afterwards.
  virtual void sleep(Duration d) = 0;
};

}  // namespace tidemark
