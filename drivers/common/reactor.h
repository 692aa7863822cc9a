// Readiness of many descriptors, edge-triggered: each is registered once, and
// a connection that is silent costs nothing but its place in the kernel.
//
// Not Asio: its reactor makes one epoll_ctl per wait, and a driver that is
// measured against wrk cannot afford a third system call per request.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/base/fd.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark {

// One thread at a time.
class Reactor {
 public:
  static Result<Reactor> make();

  // Reports `token` whenever the descriptor becomes readable or its peer
  // goes, and, if `writable`, when it becomes writable: once per change, so
  // that the receiver reads until there is no more. Closing the descriptor
  // ends it. False with errno set.
  bool add(int fd, std::uint64_t token, bool writable);

  // From now on also when it becomes writable; at once, if it is.
  bool watch_write(int fd, std::uint64_t token);

  // The same for a descriptor that is only ever read, level-triggered: it is
  // reported as long as it is readable.
  bool add_level(int fd, std::uint64_t token);

  // Waits for at most `patience` (rounded up to a microsecond; 0: only
  // looks). The events are valid until the next call.
  std::span<const epoll_event> wait(Duration patience);

 private:
  Reactor() = default;

  Fd epoll_;
  std::array<epoll_event, 256> events_{};
};

}  // namespace tidemark
