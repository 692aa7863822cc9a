// A copy of a process of the service that stands still: made by the agent,
// and gone when its owner is.
#pragma once

#include <sys/types.h>

#include <memory>

#include "harness/base/fd.h"
#include "harness/runtimes/native/segment_reader.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark {

class FrozenProcess {
 public:
  // REQUIRES: `clock` outlives what is returned. kEnvironment: the agent does
  // not answer, the process may not fork, or may not be looked into.
  static Result<std::unique_ptr<FrozenProcess>> make(
      std::shared_ptr<SegmentReader> segment, pid_t service, Clock& clock,
      TimePoint until);

  // Ends the copy: by the agent, which reaps it, or else by a signal.
  ~FrozenProcess();
  FrozenProcess(const FrozenProcess&) = delete;
  FrozenProcess& operator=(const FrozenProcess&) = delete;

  pid_t copy() const { return copy_; }

  // How long the kernel took for the copy.
  Duration paused() const { return paused_; }

  // It may be killed at any time: by the kernel when memory runs short.
  bool alive() const;

 private:
  FrozenProcess(std::shared_ptr<SegmentReader> segment, pid_t service,
                Clock& clock)
      : segment_(std::move(segment)), service_(service), clock_(clock) {}

  std::shared_ptr<SegmentReader> segment_;
  pid_t service_;
  Clock& clock_;
  pid_t copy_ = 0;  // 0: none
  Fd handle_;       // the copy's pidfd
  Duration paused_{};
};

// Whether a process is such a copy, of the service's process given.
bool is_copy_of(pid_t pid, pid_t service);

}  // namespace tidemark
