// How long an answer is waited for: until its time is over, or the user has had
// enough.
#pragma once

#include <functional>

#include "harness/base/fd.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"

namespace tidemark::jvm {

// For the length of one question. The clock and `cancelled`, which may be
// empty, must outlive it.
class Patience {
 public:
  Patience(TimePoint until, Clock& clock,
           const std::function<bool()>& cancelled)
      : until_(until), clock_(clock), cancelled_(cancelled) {}

  TimePoint until() const { return until_; }
  Clock& clock() const { return clock_; }

  // Nothing as long as there is some left. kInterrupted, or kEnvironment: "its
  // time is over".
  Status left() const;

  // Until the descriptor is ready, or broken, which who uses it next is told.
  Status wait_for(const Fd& fd, short events) const;

 private:
  TimePoint until_;
  Clock& clock_;
  const std::function<bool()>& cancelled_;
};

}  // namespace tidemark::jvm
