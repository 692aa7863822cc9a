#include "drivers/common/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/common/engine_events.h"
#include "drivers/common/reasons.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

constexpr std::size_t kReadBuffer = 64 << 10;
constexpr std::uint64_t kCancelToken = UINT64_MAX;

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

Result<std::unique_ptr<FlowEngine>> FlowEngine::make(EngineSetup setup,
                                                     Clock& clock,
                                                     Cancellation& cancellation,
                                                     EngineUser& user) {
  Result<Reactor> reactor = Reactor::make();
  TIDEMARK_TRY(reactor);
  return std::unique_ptr<FlowEngine>(new FlowEngine(
      std::move(setup), *std::move(reactor), clock, cancellation, user));
}

FlowEngine::FlowEngine(EngineSetup setup, Reactor reactor, Clock& clock,
                       Cancellation& cancellation, EngineUser& user)
    : setup_(std::move(setup)),
      reactor_(std::move(reactor)),
      clock_(clock),
      cancellation_(cancellation),
      user_(user),
      tick_(tick_for(setup_.spec.timeouts)),
      buffer_(kReadBuffer),
      events_(std::make_unique<Events>(*this)),
      random_(setup_.spec.seed + 1),
      times_(std::make_unique<FlowTimes>()),
      now_(clock.now()),
      next_tick_(now_ + tick_) {
  for (const WeightedClose& close : setup_.spec.close)
    way_names_.push_back(tidemark::way_of(setup_.spec, close));
  for (const auto& [name, value] : setup_.spec.headers)
    extra_headers_ += fmt::format("{}: {}\r\n", name, value);
  // Without a descriptor, requested() is looked at whenever there is work.
  if (cancellation_.wait_fd() >= 0)
    reactor_.add_level(cancellation_.wait_fd(), kCancelToken);
}

FlowEngine::~FlowEngine() = default;

void FlowEngine::reserve(std::size_t connections) {
  connections_.reserve(connections);
}

std::vector<SlotId> FlowEngine::open_ids() {
  std::vector<SlotId> ids;
  connections_.for_each([&](SlotId id, const Connection& connection) {
    if (connection.stage == Stage::kOpen) ids.push_back(id);
  });
  return ids;
}

void FlowEngine::reason(std::string_view text) {
  count_reason(counts_.reasons, text);
}

const WeightedClose& FlowEngine::way_of(const Connection& connection) const {
  return setup_.spec.close[connection.way];
}

std::string_view FlowEngine::goodbye() const {
  const std::string_view word = setup_.protocol->last_word();
  return word.empty() ? "good-bye" : word;
}

void FlowEngine::count_closed(Connection& connection) {
  if (connection.counted) return;
  connection.counted = true;
  counts_.closed[way_names_[connection.way]] += Count{1};
}

Status FlowEngine::turn(TimePoint until) {
  if (cancellation_.requested()) {
    give_up("interrupted");
    return fail(ErrorKind::kInterrupted, "the load was interrupted");
  }
  now_ = clock_.now();
  TimePoint next = std::min(until, next_tick_);
  if (!wakes_.empty()) next = std::min(next, wakes_.top().at);
  const bool at_rest = ready_.empty() && gone_.empty();
  const Duration patience = at_rest ? next - now_ : Duration{};
  const std::span<const epoll_event> events = reactor_.wait(patience);
  now_ = clock_.now();
  unix_milliseconds_ = std::chrono::duration_cast<std::chrono::milliseconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count();
  for (const epoll_event& event : events) {
    if (event.data.u64 == kCancelToken) continue;
    on_event(slot_of(event.data.u64), event.events);
    deliver();
  }
  run_ready();
  run_wakes();
  if (now_ >= next_tick_) sweep();
  deliver();
  if (fatal_) {
    const Error error = *std::exchange(fatal_, std::nullopt);
    give_up("given up");
    return fail(error);
  }
  return {};
}

void FlowEngine::on_event(SlotId id, std::uint32_t events) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr) return;
  if (connection->stage == Stage::kConnecting) {
    on_connecting(id);
    return;
  }
  const bool gone = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  const bool blind = connection->linger == Linger::kDeaf ||
                     connection->linger == Linger::kPause;
  if (blind && (events & (EPOLLHUP | EPOLLERR)) != 0) {
    on_gone(id, true);
    return;
  }
  if ((events & EPOLLIN) != 0 || gone) on_readable(id, gone);
  if ((events & EPOLLOUT) == 0) return;
  connection = connections_.find(id);
  if (connection == nullptr) return;
  if (connection->unsent || connection->stage == Stage::kSecuring)
    on_writable(id);
}

// Edge-triggered: what was left unread or unsent is not reported again.
void FlowEngine::run_ready() {
  readying_.swap(ready_);
  for (const SlotId id : readying_) {
    Connection* connection = connections_.find(id);
    if (connection == nullptr) continue;
    on_readable(id, true);
    deliver();
    advance(id);
    deliver();
  }
  readying_.clear();
}

void FlowEngine::wake(SlotId id, Duration after, WakeFor why) {
  wakes_.push({clock_.now() + after, id, why});
}

void FlowEngine::run_wakes() {
  while (!wakes_.empty() && wakes_.top().at <= now_) {
    const Wake due = wakes_.top();
    wakes_.pop();
    Connection* connection = connections_.find(due.id);
    if (connection == nullptr) continue;
    switch (due.why) {
      case WakeFor::kThink:
        if (connection->player && connection->player->thinking) {
          connection->player->thinking = false;
          connection->player->intended = due.at;
          advance(due.id);
        }
        break;
      case WakeFor::kRead:
        slow_read(due.id);
        break;
      case WakeFor::kLeave:
        if (connection->stage == Stage::kLingering) leave(due.id);
        break;
      case WakeFor::kRetry:
        if (connection->stage == Stage::kConnecting) connect(due.id);
        break;
    }
    deliver();
  }
}

// Deadlines are looked for, not queued: an idle connection then costs no
// timer, and moving a deadline is one store.
void FlowEngine::sweep() {
  next_tick_ = now_ + tick_;
  connections_.for_each([&](SlotId id, const Connection& connection) {
    if (connection.deadline <= now_) on_deadline(id);
  });
}

void FlowEngine::on_deadline(SlotId id) {
  Connection& connection = *connections_.find(id);
  const Timeouts& timeouts = setup_.spec.timeouts;
  switch (connection.stage) {
    case Stage::kConnecting:
      refuse(id,
             fmt::format("not accepted within {}", in_words(timeouts.connect)));
      return;
    case Stage::kSecuring:
      if (const Provocation* provocation = setup_.provocations[connection.way];
          provocation != nullptr &&
          provocation->when == Provocation::When::kTls) {
        in_flight_ -= Count{1};
        connection.answer = std::make_unique<std::string>();
        note_answer(connection, "no answer");
        count_closed(connection);
        finish(id, Fate::kEndedOurWay);
        return;
      }
      [[fallthrough]];
    case Stage::kGreeting:
      fail_greeting(id, fmt::format("no reply to the handshake within {}",
                                    in_words(timeouts.handshake)));
      return;
    case Stage::kOpen: {
      const bool taken = !connection.unsent;
      const bool echo = setup_.spec.traffic.replies == ReplyRule::kEcho &&
                        setup_.spec.flow.empty();
      counts_.reply_errors += Count{1};
      times_->request_errors += Count{1};
      times_->late += Count{1};
      reason(fmt::format("{} within {}",
                         !taken ? "a message was not taken"
                         : echo ? "no echo"
                                : "no reply",
                         in_words(timeouts.response)));
      connection.deadline = TimePoint::max();
      flow_over(id, false);
      return;
    }
    case Stage::kFarewell:
      count_closed(connection);
      counts_.close_timeouts += Count{1};
      reason(fmt::format("no answer to our {} within {}", goodbye(),
                         in_words(timeouts.close)));
      drain(connection);
      finish(id, Fate::kEndedOurWay);
      return;
    case Stage::kAwaitEof:
      connection.transport.shut_down_write();
      connection.stage = Stage::kHalfClosed;
      connection.deadline = now_ + timeouts.close;
      return;
    case Stage::kHalfClosed:
      if (!connection.counted) {
        count_closed(connection);
        counts_.close_timeouts += Count{1};
        reason(fmt::format("no FIN within {} after ours",
                           in_words(timeouts.close)));
      }
      drain(connection);
      finish(id, Fate::kEndedOurWay);
      return;
    case Stage::kLingering:
      if (connection.linger != Linger::kFlush) return;
      count_closed(connection);
      counts_.close_timeouts += Count{1};
      reason(fmt::format("what we sent before our {} was not taken within {}",
                         goodbye(), in_words(timeouts.close)));
      finish(id, Fate::kEndedOurWay);
      return;
  }
}

void FlowEngine::finish(SlotId id, Fate fate) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr) return;
  if (connection->player) {
    lose_awaited(*connection->player);
    if (connection->player->playing) playing_ -= Count{1};
  }
  if (connection->transport.is_open()) connection->transport.close();
  connections_.erase(id);
  gone_.emplace_back(id, fate);
}

// The user may start connections here, which may take the place of others:
// nothing above this call holds one.
// Those that go meanwhile are for the next call: a user who replaces each of
// them at once would otherwise never leave this one.
void FlowEngine::deliver() {
  delivering_.swap(gone_);
  for (const auto& [id, fate] : delivering_) user_.on_gone(id, fate);
  delivering_.clear();
}

void FlowEngine::give_up(std::string_view why) {
  connections_.for_each([&](SlotId id, Connection& connection) {
    Fate fate = Fate::kNeverOpened;
    switch (connection.stage) {
      case Stage::kConnecting:
        counts_.refused += Count{1};
        reason(why);
        break;
      case Stage::kSecuring:
      case Stage::kGreeting:
        counts_.failed += Count{1};
        reason(why);
        break;
      case Stage::kOpen:
      case Stage::kFarewell:
      case Stage::kAwaitEof:
      case Stage::kHalfClosed:
      case Stage::kLingering:
        // What has not gone its way yet goes by FIN now.
        if (connection.stage == Stage::kOpen ||
            connection.linger == Linger::kFlush)
          counts_.closed[to_word(CloseBehavior::kFin)] += Count{1};
        else
          count_closed(connection);
        fate = Fate::kEndedOurWay;
        break;
    }
    finish(id, fate);
  });
  open_ = in_flight_ = Count{};
  ready_.clear();
  wakes_ = {};
  giving_up_ = true;
  deliver();
  giving_up_ = false;
}

}  // namespace tidemark
