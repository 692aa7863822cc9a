#include "drivers/websocket/session.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <utility>

#include "drivers/common/reasons.h"

namespace tidemark::websocket {
namespace {

// Fine enough that a timeout is late by a sixteenth of itself at most.
Duration tick_for(const Timeouts& timeouts) {
  const Duration shortest = std::min({timeouts.connect, timeouts.handshake,
                                      timeouts.response, timeouts.close});
  return std::clamp<Duration>(shortest / 16, std::chrono::milliseconds(1),
                              std::chrono::milliseconds(100));
}

}  // namespace

std::string in_words(Duration duration) {
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  if (ms % 1000 == 0) return fmt::format("{} s", ms / 1000);
  return fmt::format("{} ms", ms);
}

Session::Session(SessionSetup setup, Clock& clock, Cancellation& cancellation)
    : spec_(std::move(setup.spec)),
      addresses_(std::move(setup.addresses)),
      handshake_(std::move(setup.handshake)),
      clock_(clock),
      cancellation_(cancellation),
      tick_(tick_for(spec_.timeouts)),
      pool_(spec_.seed),
      buffer_(kReadBuffer),
      random_(spec_.seed + 1),
      payload_(spec_.traffic.size, spec_.traffic.binary, spec_.seed + 2) {
  watch_cancellation();
}

Session::~Session() = default;

LoadCounts Session::take_counts() { return std::exchange(counts_, {}); }

void Session::reason(std::string_view text) {
  count_reason(counts_.reasons, text);
}

void Session::watch_cancellation() {
  if (!cancel_fd_.is_open()) {
    if (cancellation_.wait_fd() < 0) return;
    // A copy, because the loop closes what it watches.
    const int copy = ::fcntl(cancellation_.wait_fd(), F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return;  // the tick looks at requested(), a little later
    SocketError ignored;
    cancel_fd_.assign(copy, ignored);
    if (ignored) {
      ::close(copy);
      return;
    }
  }
  // run() looks at requested() whenever something has happened; this makes
  // something happen.
  cancel_fd_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [](SocketError) {});
}

Status Session::run(const std::function<bool()>& done) {
  arm_tick();
  while (true) {
    if (cancellation_.requested()) {
      give_up("interrupted");
      return fail(ErrorKind::kInterrupted, "the load was interrupted");
    }
    if (fatal_) {
      give_up("given up");
      return fail(*std::exchange(fatal_, std::nullopt));
    }
    if (done()) break;
    io_.restart();
    io_.run_one();
  }
  return {};
}

// Deadlines are looked for, not queued: an idle connection then costs no
// timer, and moving a deadline is one store.
void Session::arm_tick() {
  tick_timer_.expires_after(tick_);
  tick_timer_.async_wait([this](SocketError error) {
    if (error) return;
    sweep();
    arm_tick();
  });
}

void Session::sweep() {
  const TimePoint now = clock_.now();
  connections_.for_each([&](SlotId id, const Connection& connection) {
    if (connection.deadline <= now) on_deadline(id);
  });
}

void Session::wake_at(TimePoint at) {
  if (waking_at_ == at) return;
  waking_at_ = at;
  wake_timer_.expires_after(at - clock_.now());
  wake_timer_.async_wait([this](SocketError error) {
    if (!error) waking_at_.reset();
  });
}

// The run ends here: every connection is accounted for and no socket is left.
void Session::give_up(std::string_view why) {
  connections_.for_each([&](SlotId id, Connection& connection) {
    switch (connection.stage) {
      case Stage::kConnecting:
        counts_.refused += Count{1};
        reason(why);
        break;
      case Stage::kHandshaking:
        counts_.failed += Count{1};
        reason(why);
        break;
      case Stage::kOpen:
        closed(CloseBehavior::kFin) += Count{1};
        break;
      case Stage::kCloseSent:
        closed(CloseBehavior::kGraceful) += Count{1};
        break;
      case Stage::kAwaitEof:
      case Stage::kHalfClosed:
        break;
    }
    finish(id);
  });
  open_ = in_flight_ = busy_ = Count{};
  started_ = wanted_;
  io_.restart();
  io_.poll();  // the cancelled waits of those sockets
}

void Session::finish(SlotId id) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr) return;
  // Explicitly: the socket's destructor would take SO_LINGER back, and with
  // it the reset.
  SocketError ignored;
  connection->socket.close(ignored);
  connections_.erase(id);
}

}  // namespace tidemark::websocket
