// Small things that the pieces of this folder have in common.
#pragma once

#include <sys/types.h>

#include <chrono>

namespace tidemark::attach {

// Patience that looks often at first and runs out.
class Waiting {
 public:
  explicit Waiting(std::chrono::milliseconds at_most);

  // Waits a little; false once the time is over.
  bool again();

 private:
  std::chrono::steady_clock::time_point end_;
  std::chrono::microseconds pause_{0};
};

// Whether the thread has ended or will not come back from the kernel.
bool is_ending(pid_t tid);

// Whether a signal that the thread does not block is waiting for it.
bool has_signal_pending(pid_t tid);

}  // namespace tidemark::attach
