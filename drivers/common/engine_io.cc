// Bytes in: read without blocking into the one buffer. Bytes out: at once,
// and what the kernel does not take is kept and sent later.
#include <algorithm>
#include <cerrno>

#include "drivers/common/engine.h"
#include "drivers/common/engine_events.h"

namespace tidemark {
namespace {

using State = IoResult::State;

// A service that sends without end must not keep the loop from the others.
constexpr int kReadRounds = 16;
constexpr int kDrainRounds = 64;
// What a slow reader is given at a time.
constexpr Duration kSlowTurn = std::chrono::milliseconds(50);
// Of a provocation's answer, as much as is worth describing.
constexpr std::size_t kMaxAnswer = 1024;

}  // namespace

void FlowEngine::on_readable(SlotId id, bool more_than_data) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr) return;
  if (connection->stage == Stage::kSecuring) {
    step_secure(id);
    connection = connections_.find(id);
    if (connection == nullptr || connection->stage == Stage::kSecuring) return;
  }
  if (connection->linger == Linger::kDeaf ||
      connection->linger == Linger::kPause) {
    return;
  }
  if (connection->linger == Linger::kUntilInput) {
    linger(id, Linger::kPause, Duration{});
    return;
  }
  if (connection->slow && connection->stage >= Stage::kOpen) {
    if (!connection->has_input) {
      connection->has_input = true;
      wake(id, kSlowTurn, WakeFor::kRead);
    }
    return;
  }
  // TLS holds back what it has decrypted already: read until it has no more.
  const bool to_the_end = more_than_data || connection->transport.is_secure();
  for (int i = 0; i < kReadRounds; ++i) {
    std::size_t count = 0;
    if (!read_once(id, buffer_.size(), count)) {
      advance(id);
      return;
    }
    if (count < buffer_.size() && !to_the_end) {
      advance(id);
      return;
    }
  }
  ready_.push_back(id);
}

// One read, and all that follows from it. False if there was nothing to read
// or the connection is gone.
bool FlowEngine::read_once(SlotId id, std::size_t limit, std::size_t& count) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr) return false;
  const IoResult result = connection->transport.read(
      std::span<std::uint8_t>(buffer_).first(std::min(limit, buffer_.size())));
  count = result.count;
  switch (result.state) {
    case State::kNotNow:
      return false;
    case State::kEnd:
      on_gone(id, false);
      return false;
    case State::kFailed:
      on_gone(id, true);
      return false;
    case State::kSome:
      break;
  }
  times_->received += Bytes{static_cast<std::int64_t>(count)};
  take(id, std::span<std::uint8_t>(buffer_).first(count));
  return connections_.find(id) != nullptr;
}

// Reads and handles all that has come.
void FlowEngine::pump(SlotId id) {
  std::size_t count = 0;
  for (int i = 0; i < kDrainRounds; ++i)
    if (!read_once(id, buffer_.size(), count)) return;
}

// Reads and drops all that has come. The buffer may be in use by a caller,
// which must not look at it afterwards.
void FlowEngine::drain(Connection& connection) {
  if (!connection.transport.is_open()) return;
  for (int i = 0; i < kDrainRounds; ++i)
    if (connection.transport.read(buffer_).state != State::kSome) return;
}

void FlowEngine::slow_read(SlotId id) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr || !connection->has_input) return;
  const double share = to_seconds(kSlowTurn) *
                       static_cast<double>(way_of(*connection).read_rate.value);
  const std::size_t limit = static_cast<std::size_t>(std::max(1.0, share));
  std::size_t count = 0;
  const bool more = read_once(id, limit, count);
  connection = connections_.find(id);
  if (connection == nullptr) return;
  if (more)
    wake(id, kSlowTurn, WakeFor::kRead);
  else
    connection->has_input = false;
  advance(id);
}

void FlowEngine::take(SlotId id, std::span<std::uint8_t> input) {
  Connection& connection = *connections_.find(id);
  if (connection.linger == Linger::kAnswer) {
    const std::size_t room = kMaxAnswer - connection.answer->size();
    connection.answer->append(reinterpret_cast<const char*>(input.data()),
                              std::min(room, input.size()));
    return;
  }
  switch (connection.stage) {
    case Stage::kGreeting:
    case Stage::kOpen:
    case Stage::kFarewell:
      break;
    case Stage::kLingering:
      // Half a close, a refusal to close: the protocol goes on.
      if (connection.talk) break;
      return;
    default:
      return;  // bytes after the last word mean nothing
  }
  out_.clear();
  instant_ = clock_.now();
  events_->begin(connection);
  connection.talk->take(input, *events_);
  after_take(id);
}

// What the conversation noted, acted upon.
void FlowEngine::after_take(SlotId id) {
  Connection& connection = *connections_.find(id);
  // The next bytes of this connection overwrite the notes.
  const std::optional<Status> greeted = std::move(events_->greeted_);
  const auto ended = std::move(events_->ended_);
  if (connection.unsent)
    times_->sent += Bytes{static_cast<std::int64_t>(connection.unsent->size() -
                                                    events_->waited_)};
  if (!out_.empty()) send(id, out_);
  out_.clear();  // a flow at work up the stack would send it again
  if (greeted && connection.stage == Stage::kGreeting) {
    if (!greeted->has_value()) {
      fail_greeting(id, greeted->error().message);
      return;
    }
    opened(id);
  }
  if (ended && connections_.find(id) != nullptr)
    on_ended(id, ended->first, ended->second);
}

void FlowEngine::send(SlotId id, std::string_view bytes) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr || connection->broken) return;
  times_->sent += Bytes{static_cast<std::int64_t>(bytes.size())};
  std::size_t count = 0;
  if (!connection->unsent) {
    // TLS takes a record at a time: only when the kernel itself takes no more
    // will it tell that it does again.
    while (count < bytes.size()) {
      const IoResult result = connection->transport.write(bytes.substr(count));
      if (result.state == State::kNotNow) break;
      if (result.state != State::kSome) {
        // Not the end: a last message or close frame may still be readable.
        connection->broken = true;
        ready_.push_back(id);
        return;
      }
      count += result.count;
    }
    if (count == bytes.size()) return;
    connection->unsent = std::make_unique<Unsent>();
  }
  connection->unsent->tail().append(bytes.substr(count));
  if (connection->stage == Stage::kOpen &&
      connection->deadline == TimePoint::max())
    none_awaited(*connection);
  watch_write(id);
}

void FlowEngine::watch_write(SlotId id) {
  Connection& connection = *connections_.find(id);
  if (connection.watching_write) return;
  connection.watching_write = true;
  reactor_.watch_write(connection.transport.fd(), token_of(id));
}

void FlowEngine::on_writable(SlotId id) {
  Connection& connection = *connections_.find(id);
  if (connection.stage == Stage::kSecuring) {
    step_secure(id);
    return;
  }
  Unsent& unsent = *connection.unsent;
  while (!unsent.empty()) {
    const IoResult result = connection.transport.write(unsent.rest());
    if (result.state == State::kFailed || result.state == State::kEnd) {
      connection.broken = true;
      connection.unsent.reset();
      ready_.push_back(id);
      return;
    }
    if (result.state == State::kNotNow) return;
    unsent.take(result.count);
  }
  connection.unsent.reset();
  if (connection.stage == Stage::kOpen &&
      (!connection.player || connection.player->awaited.empty()))
    none_awaited(connection);
  if (connection.linger == Linger::kFlush) {
    carry_out(id);
    return;
  }
  if (connection.linger == Linger::kPause &&
      connection.stage == Stage::kLingering)
    linger(id, Linger::kPause, Duration{});
  advance(id);
}

}  // namespace tidemark
