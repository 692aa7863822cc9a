// Reads of somebody else's stack that cannot fault.
//
// A window [lo, hi) is known to be readable and is read directly; any other
// page is first tried by a system call that reports EFAULT where we would
// crash. Async-signal-safe, keeps errno. One object per capture: a page that
// was readable is trusted for the length of one capture only.
#pragma once

#include <cstdint>

#include "tidemark/agent_protocol.h"

namespace tidemark::agent {

// True if the eight bytes at `address` (8-aligned) can be read. Asks the
// kernel, 50 to 150 ns.
bool is_readable(std::uint64_t address);

class StackMemory {
 public:
  // REQUIRES: [lo, hi) readable for the life of this object, or empty.
  StackMemory(std::uint64_t lo, std::uint64_t hi) : lo_(lo), hi_(hi) {}

  std::uint64_t hi() const { return hi_; }

  // Widens the window upwards to contain `top`, page by page. False where a
  // page on the way is not readable or more than 16 MiB would be needed.
  bool extend_to(std::uint64_t top);

  // `bytes` is 1, 2, 4 or 8.
  bool read(std::uint64_t address, unsigned bytes, std::uint64_t& value);

 private:
  bool page_is_readable(std::uint64_t page);

  std::uint64_t lo_;
  std::uint64_t hi_;
  std::uint64_t pages_[4] = {};  // readable, found by asking
};

}  // namespace tidemark::agent
