// A TCP connection to a port of this machine's loopback, with a deadline for
// everything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "harness/base/fd.h"
#include "tidemark/clock.h"
#include "tidemark/result.h"
#include "tidemark/units.h"

namespace tidemark::v8 {

// Used from one thread. Each call fails when `until` has come.
class LoopbackSocket {
 public:
  static Result<LoopbackSocket> connect(std::uint16_t port, Clock& clock,
                                        TimePoint until);

  int number() const { return socket_.get(); }

  // Nothing more is sent or received, and the other side is told.
  void hang_up();

  Status send(std::string_view bytes, TimePoint until);

  // Waits for some bytes; how many there are. 0: the other side has closed.
  Result<std::size_t> receive(std::span<std::uint8_t> into, TimePoint until);

 private:
  LoopbackSocket(Fd socket, Clock& clock)
      : socket_(std::move(socket)), clock_(&clock) {}

  Status wait(short events, TimePoint until) const;

  Fd socket_;
  Clock* clock_;
};

}  // namespace tidemark::v8
