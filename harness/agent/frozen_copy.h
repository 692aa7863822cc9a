// A copy of this process that stands still while the harness reads it.
#pragma once

#include <sys/types.h>

#include "tidemark/agent_protocol.h"

namespace tidemark::agent {

// Used by the agent's thread alone: the copy dies with the thread that made
// it.
class FrozenCopy {
 public:
  bool exists() const { return pid_ != 0; }

  // Answers kFreeze: makes a copy, and ends the one before.
  void make(Command& command);

  // Answers kThaw: when it returns, there is no copy.
  void end(Command& command);

  // A copy that ended by itself is reaped.
  void reap_if_ended(Command& command);

 private:
  pid_t pid_ = 0;
};

}  // namespace tidemark::agent
