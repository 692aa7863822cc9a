// A TCP connection to a port of this machine's loopback, with a deadline for
// everything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include "harness/base/fd.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::v8 {

// Whether the user wants to stop. Empty: never.
using Cancelled = std::function<bool()>;

// Used from one thread. Each call fails when `until` has come, or, soon, when
// it is cancelled.
class LoopbackSocket {
 public:
  static Result<LoopbackSocket> connect(std::uint16_t port, Clock& clock,
                                        TimePoint until, Cancelled cancelled);

  int number() const { return socket_.get(); }
  bool is_cancelled() const { return cancelled_ && cancelled_(); }

  // Nothing more is sent or received, and the other side is told.
  void hang_up();

  Status send(std::string_view bytes, TimePoint until);

  // Waits for some bytes; how many there are. 0: the other side has closed.
  Result<std::size_t> receive(std::span<std::uint8_t> into, TimePoint until);

 private:
  LoopbackSocket(Fd socket, Clock& clock, Cancelled cancelled)
      : socket_(std::move(socket)),
        clock_(&clock),
        cancelled_(std::move(cancelled)) {}

  Status wait(short events, TimePoint until) const;

  Fd socket_;
  Clock* clock_;
  Cancelled cancelled_;
};

}  // namespace tidemark::v8
