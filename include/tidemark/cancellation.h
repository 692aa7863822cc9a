// The user's wish to stop, readable from any thread and pollable by event
// loops.
#pragma once

namespace tidemark {

class Cancellation {
 public:
  virtual ~Cancellation() = default;

  // True from the first Ctrl-C or SIGTERM on.
  virtual bool requested() const = 0;

  // A descriptor that is readable from then on (never read from it), or -1
  // if there is none. Borrowed: do not close it.
  virtual int wait_fd() const = 0;
};

}  // namespace tidemark
