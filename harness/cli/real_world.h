// The clock on the wall and the signals of the terminal.
#pragma once

#include <atomic>

#include "harness/base/fd.h"
#include "tidemark/cancellation.h"
#include "tidemark/clock.h"

namespace tidemark {

// Ctrl-C and SIGTERM, from construction on. One instance per program.
class SignalCancellation final : public Cancellation {
 public:
  SignalCancellation();
  ~SignalCancellation() override;

  bool requested() const override;
  int wait_fd() const override;
};

// Sleeps end early when the run is cancelled.
class SteadyClock final : public Clock {
 public:
  explicit SteadyClock(const Cancellation& cancellation)
      : cancellation_(cancellation) {}

  TimePoint now() const override;
  void sleep(Duration d) override;

 private:
  const Cancellation& cancellation_;
};

}  // namespace tidemark
