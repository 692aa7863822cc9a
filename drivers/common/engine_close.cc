// How connections end: by our plan, or before it.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "drivers/common/engine.h"
#include "drivers/common/engine_events.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

// After the last word the service has to close first (RFC 6455 §7.1.1); one
// that has not after this time is nudged with a FIN.
constexpr Duration kEofPatience = std::chrono::milliseconds(250);
// So long a service has for reading half a message before the connection
// goes: a reset that overtakes the bytes would test nothing.
constexpr Duration kPause = std::chrono::milliseconds(10);

}  // namespace

void FlowEngine::look_around() {
  for (const SlotId id : open_ids()) {
    Connection* connection = connections_.find(id);
    if (connection != nullptr && connection->stage == Stage::kOpen &&
        !connection->slow) {
      pump(id);
    }
  }
  deliver();
}

void FlowEngine::leave_open(Connection& connection) {
  if (connection.stage != Stage::kOpen) return;
  stop_playing(connection);
  connection.deadline = TimePoint::max();
  open_ -= Count{1};
}

void FlowEngine::end(SlotId id) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr || connection->stage != Stage::kOpen) return;
  if (advancing_ == id && !out_.empty()) {
    send(id, out_);
    out_.clear();
  }
  const WeightedClose& way = way_of(*connection);
  // At the last moment: bytes unread would turn our FIN into a reset.
  const bool polite = way.behavior == CloseBehavior::kFin ||
                      way.behavior == CloseBehavior::kCloseNoWait ||
                      way.behavior == CloseBehavior::kGraceful;
  if (polite) pump(id);
  connection = connections_.find(id);
  if (connection == nullptr || connection->stage != Stage::kOpen) return;
  leave_open(*connection);
  const bool whole = polite || way.behavior == CloseBehavior::kHalfClose;
  if (whole && connection->unsent) {
    // A FIN in the middle of a message would be another behaviour.
    connection->stage = Stage::kLingering;
    connection->linger = Linger::kFlush;
    connection->deadline = clock_.now() + setup_.spec.timeouts.close;
    return;
  }
  carry_out(id);
}

// The way that the connection is to end in.
void FlowEngine::carry_out(SlotId id) {
  Connection* const connection = connections_.find(id);
  const WeightedClose& way = way_of(*connection);
  connection->linger = Linger::kNone;
  connection->deadline = TimePoint::max();
  switch (way.behavior) {
    case CloseBehavior::kGraceful:
      say_goodbye(id);
      return;
    case CloseBehavior::kCloseNoWait: {
      std::string goodbye;
      connection->talk->say_goodbye(way, goodbye);
      send(id, goodbye);
      count_closed(*connection);
      finish(id, Fate::kEndedOurWay);
      return;
    }
    case CloseBehavior::kFin:
      count_closed(*connection);
      finish(id, Fate::kEndedOurWay);
      return;
    case CloseBehavior::kReset:
      count_closed(*connection);
      connection->transport.reset();
      finish(id, Fate::kEndedOurWay);
      return;
    case CloseBehavior::kHalfClose:
      count_closed(*connection);
      connection->transport.shut_down_write();
      linger(id, Linger::kListen, way.hold);
      return;
    case CloseBehavior::kHalfOpen:
      vanish(id);
      return;
    case CloseBehavior::kStall:
      count_closed(*connection);
      linger(id, Linger::kDeaf, way.hold);
      return;
    case CloseBehavior::kSlowReader:
      count_closed(*connection);
      linger(id, Linger::kListen, way.hold);
      return;
    case CloseBehavior::kIgnoreClose: {
      std::string nothing;
      connection->talk->begin_unfinished(way, nothing);
      count_closed(*connection);
      linger(id, Linger::kListen, way.hold);
      return;
    }
    case CloseBehavior::kProvocation:
      provoke(id);
      return;
    default:
      unfinished(id);
      return;
  }
}

void FlowEngine::say_goodbye(SlotId id) {
  Connection& connection = *connections_.find(id);
  std::string goodbye;
  const bool answered =
      connection.talk->say_goodbye(way_of(connection), goodbye);
  if (!goodbye.empty()) send(id, goodbye);
  connection.deadline = clock_.now() + setup_.spec.timeouts.close;
  if (answered) {
    connection.stage = Stage::kFarewell;
    return;
  }
  // The FIN is the good-bye, and the service's FIN its answer.
  connection.transport.shut_down_write();
  connection.stage = Stage::kHalfClosed;
}

void FlowEngine::await_eof(Connection& connection) {
  connection.stage = Stage::kAwaitEof;
  connection.deadline =
      clock_.now() + std::min(kEofPatience, setup_.spec.timeouts.close);
}

void FlowEngine::linger(SlotId id, Linger how, Duration span) {
  Connection& connection = *connections_.find(id);
  connection.stage = Stage::kLingering;
  connection.linger = how;
  connection.deadline = TimePoint::max();
  wake(id, how == Linger::kPause ? kPause : span, WakeFor::kLeave);
}

// The time of a lingering connection is over.
void FlowEngine::leave(SlotId id) {
  Connection& connection = *connections_.find(id);
  if (connection.linger == Linger::kPause && connection.unsent) {
    // The kernel has not taken all of it yet; on_writable() goes on. A
    // service that never reads is left when the hold is over.
    connection.linger = Linger::kDeaf;
    wake(id, way_of(connection).hold, WakeFor::kLeave);
    return;
  }
  if (connection.linger == Linger::kAnswer)
    note_answer(connection,
                connection.answer->empty() ? "no answer" : "left open");
  const Provocation* provocation = setup_.provocations[connection.way];
  const bool by_reset =
      provocation != nullptr
          ? provocation->then == Provocation::Then::kReset
          : way_of(connection).then_reset &&
                way_of(connection).behavior != CloseBehavior::kHalfClose &&
                way_of(connection).behavior != CloseBehavior::kIgnoreClose;
  if (by_reset) {
    connection.transport.reset();
  } else if (connection.linger != Linger::kDeaf &&
             way_of(connection).behavior != CloseBehavior::kUnreadBody &&
             way_of(connection).behavior != CloseBehavior::kUnreadReplies) {
    drain(connection);
  }
  finish(id, Fate::kEndedOurWay);
}

// Something is begun that will never be finished.
void FlowEngine::unfinished(SlotId id) {
  Connection& connection = *connections_.find(id);
  const WeightedClose& way = way_of(connection);
  std::string bytes;
  connection.talk->begin_unfinished(way, bytes);
  count_closed(connection);
  const bool until_input = way.behavior == CloseBehavior::kUnreadBody ||
                           way.behavior == CloseBehavior::kUnreadReplies ||
                           way.behavior == CloseBehavior::kSubscribedThenGone;
  linger(id, until_input ? Linger::kUntilInput : Linger::kPause, way.hold);
  send(id, bytes);
}

void FlowEngine::vanish(SlotId id) {
  Connection& connection = *connections_.find(id);
  count_closed(connection);
  if (const int error = connection.transport.vanish(); error != 0) {
    if (!fatal_) {
      const Status may = may_vanish();
      fatal_ = may ? Error{ErrorKind::kEnvironment,
                           fmt::format("a connection could not be left half "
                                       "open: {}",
                                       std::strerror(error)),
                           {}}
                   : may.error();
    }
  }
  finish(id, Fate::kEndedOurWay);
}

void FlowEngine::end_early(Connection& connection, std::string_view why) {
  leave_open(connection);
  counts_.early_closed += Count{1};
  connection.counted = true;
  reason(why);
}

// What the conversation said of its end.
void FlowEngine::on_ended(SlotId id, Ending how, std::string_view why) {
  Connection& connection = *connections_.find(id);
  switch (connection.stage) {
    case Stage::kFarewell:
      count_closed(connection);
      if (how != Ending::kViolation) {
        await_eof(connection);
        return;
      }
      counts_.close_timeouts += Count{1};
      reason(why);
      break;
    case Stage::kOpen: {
      const CloseBehavior behavior = way_of(connection).behavior;
      const bool as_planned = behavior == CloseBehavior::kGraceful ||
                              behavior == CloseBehavior::kFin ||
                              behavior == CloseBehavior::kCloseNoWait;
      if (how == Ending::kAnswered && as_planned) {
        // The service closes after this reply, as it was asked to. The flow
        // is over only now that nothing more can be played on it.
        const bool whole = nothing_left(connection);
        open_ -= Count{1};
        connection.stage = Stage::kAwaitEof;
        count_closed(connection);
        if (whole)
          flow_over(id, true);
        else
          stop_playing(connection);
        await_eof(connection);
        return;
      }
      end_early(connection, why.empty() ? "closed by the service" : why);
      if (how != Ending::kViolation) {
        await_eof(connection);
        return;
      }
      break;
    }
    case Stage::kGreeting:
      fail_greeting(id, why);
      return;
    case Stage::kLingering:
      if (connection.linger == Linger::kFlush)
        end_early(connection, why.empty() ? "closed by the service" : why);
      else if (how != Ending::kViolation)
        return;
      break;
    default:
      return;
  }
  drain(connection);
  finish(id, Fate::kEndedEarly);
}

// The service's FIN or reset.
void FlowEngine::on_gone(SlotId id, bool reset) {
  Connection& connection = *connections_.find(id);
  // A failed write takes the error away from the read that follows it.
  reset = reset || connection.broken;
  const std::string_view last_word = setup_.protocol->last_word();
  if (connection.talk && !reset && connection.stage == Stage::kOpen) {
    out_.clear();
    events_->begin(connection);
    connection.talk->take_end(*events_);
    if (const auto ended = std::move(events_->ended_)) {
      on_ended(id, ended->first, ended->second);
      if (Connection* left = connections_.find(id)) {
        drain(*left);
        finish(id, Fate::kEndedOurWay);
      }
      return;
    }
  }
  switch (connection.stage) {
    case Stage::kConnecting:
      return;  // nothing is read yet
    case Stage::kSecuring:
    case Stage::kGreeting:
      fail_greeting(id, reset ? "reset before the handshake was answered"
                              : "closed before the handshake was answered");
      return;
    case Stage::kOpen:
      end_early(connection, reset ? "reset by the service"
                            : last_word.empty()
                                ? "closed by the service"
                                : fmt::format("closed by the service "
                                              "without a {}",
                                              last_word));
      finish(id, Fate::kEndedEarly);
      return;
    case Stage::kFarewell:
      count_closed(connection);
      counts_.close_timeouts += Count{1};
      reason(fmt::format("{} by the service, which did not answer our {}",
                         reset ? "reset" : "closed", goodbye()));
      break;
    case Stage::kHalfClosed:
      count_closed(connection);
      break;
    case Stage::kAwaitEof:
      break;
    case Stage::kLingering:
      if (connection.linger == Linger::kAnswer)
        note_answer(connection, reset ? "reset" : "closed");
      if (connection.linger == Linger::kFlush)
        end_early(connection, fmt::format("{} by the service, which had not "
                                          "taken what we sent",
                                          reset ? "reset" : "closed"));
      break;
  }
  finish(id, Fate::kEndedOurWay);
}

}  // namespace tidemark
