// How connections end: by our plan, or before it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/error.hpp>

#include "drivers/websocket/session.h"
#include "tidemark/ways.h"

namespace tidemark::websocket {
namespace {

namespace errors = boost::asio::error;

std::vector<SlotId> with_stage(Slab<Connection>& connections, Stage stage) {
  std::vector<SlotId> ids;
  connections.for_each([&](SlotId id, const Connection& connection) {
    if (connection.stage == stage) ids.push_back(id);
  });
  return ids;
}

bool was_reset(const Connection& connection, const SocketError& error) {
  // A failed write takes the error away from the read that follows it.
  return connection.broken || error != errors::eof;
}

}  // namespace

Status Session::close() {
  // Those that the service has ended already are not ours to end.
  for (const SlotId id : with_stage(connections_, Stage::kOpen)) pump(id);
  const std::vector<SlotId> ids = with_stage(connections_, Stage::kOpen);
  const std::vector<std::uint16_t> ways = assign_ways(plan_, spec_, random_);
  for (std::size_t i = 0; i < ids.size(); ++i)
    begin_close(ids[i],
                i < ways.size() ? spec_.close[ways[i]] : spec_.close[0]);
  const Status status = run([this] { return connections_.used() == 0; });
  io_.restart();
  io_.poll();  // the cancelled waits of those sockets
  return status;
}

Count& Session::closed(CloseBehavior behavior) {
  return counts_.closed[to_word(behavior)];
}

void Session::begin_close(SlotId id, const WeightedClose& how) {
  // At the last moment: bytes unread would turn our FIN into a reset.
  if (how.behavior == CloseBehavior::kFin) pump(id);
  Connection* connection = connections_.find(id);
  if (connection == nullptr || connection->stage != Stage::kOpen) return;
  leave_open(*connection);
  if (how.behavior == CloseBehavior::kGraceful) {
    connection->stage = Stage::kCloseSent;
    connection->deadline = clock_.now() + spec_.timeouts.close;
    scratch_.clear();
    // Cannot fail: make_websocket_driver() has tried every code.
    if (connection->codec.append_close(how.code, {}, scratch_))
      send(id, scratch_);
    return;
  }
  closed(how.behavior) += Count{1};
  if (how.behavior == CloseBehavior::kReset) {
    SocketError ignored;
    connection->socket.set_option(boost::asio::socket_base::linger(true, 0),
                                  ignored);
  }
  finish(id);
}

void Session::leave_open(Connection& connection) {
  end_traffic(connection);
  open_ -= Count{1};
}

void Session::end_early(Connection& connection, std::string_view why) {
  leave_open(connection);
  counts_.early_closed += Count{1};
  reason(why);
}

void Session::await_eof(Connection& connection) {
  connection.stage = Stage::kAwaitEof;
  connection.deadline =
      clock_.now() + std::min(kEofPatience, spec_.timeouts.close);
}

void Session::on_close_frame(SlotId id, std::uint16_t code) {
  Connection& connection = *connections_.find(id);
  if (connection.stage == Stage::kCloseSent) {
    closed(CloseBehavior::kGraceful) += Count{1};
    await_eof(connection);
    return;
  }
  end_early(connection,
            code == kNoCloseCode
                ? "closed by the service without a code"
                : fmt::format("closed by the service with code {}", code));
  scratch_.clear();
  if (connection.codec.append_close(code, {}, scratch_)) send(id, scratch_);
  await_eof(connection);
}

void Session::on_violation(SlotId id, std::string_view what) {
  Connection& connection = *connections_.find(id);
  const std::string why = fmt::format("the service broke RFC 6455: {}", what);
  if (connection.stage == Stage::kOpen) {
    end_early(connection, why);
    scratch_.clear();
    if (connection.codec.append_close(1002, {}, scratch_)) send(id, scratch_);
  } else {
    closed(CloseBehavior::kGraceful) += Count{1};
    counts_.close_timeouts += Count{1};
    reason(why);
  }
  drain(id);
  finish(id);
}

// The service's FIN or reset.
void Session::on_gone(SlotId id, SocketError error) {
  Connection& connection = *connections_.find(id);
  const bool reset = was_reset(connection, error);
  switch (connection.stage) {
    case Stage::kConnecting:
      break;  // nothing is read yet
    case Stage::kHandshaking:
      fail_handshake(id, reset ? "reset before the handshake was answered"
                               : "closed before the handshake was answered");
      return;
    case Stage::kOpen:
      end_early(connection,
                reset ? "reset by the service"
                      : "closed by the service without a close frame");
      break;
    case Stage::kCloseSent:
      closed(CloseBehavior::kGraceful) += Count{1};
      counts_.close_timeouts += Count{1};
      reason(reset ? "reset by the service, which did not answer our close "
                     "frame"
                   : "closed by the service, which did not answer our close "
                     "frame");
      break;
    case Stage::kAwaitEof:
    case Stage::kHalfClosed:
      break;
  }
  finish(id);
}

void Session::on_deadline(SlotId id) {
  Connection& connection = *connections_.find(id);
  const Timeouts& timeouts = spec_.timeouts;
  switch (connection.stage) {
    case Stage::kConnecting:
      refuse(id,
             fmt::format("not accepted within {}", in_words(timeouts.connect)));
      return;
    case Stage::kHandshaking:
      fail_handshake(id, fmt::format("no reply to the handshake within {}",
                                     in_words(timeouts.handshake)));
      return;
    case Stage::kOpen:
      counts_.reply_errors += Count{1};
      reason(fmt::format(
          "{} within {}",
          connection.unsent.empty() ? "no echo" : "a message was not taken",
          in_words(timeouts.response)));
      end_traffic(connection);
      return;
    case Stage::kCloseSent:
      closed(CloseBehavior::kGraceful) += Count{1};
      counts_.close_timeouts += Count{1};
      reason(fmt::format("no answer to our close frame within {}",
                         in_words(timeouts.close)));
      drain(id);
      finish(id);
      return;
    case Stage::kAwaitEof: {
      SocketError ignored;
      connection.socket.shutdown(Socket::shutdown_send, ignored);
      connection.stage = Stage::kHalfClosed;
      connection.deadline = clock_.now() + timeouts.close;
      return;
    }
    case Stage::kHalfClosed:
      drain(id);
      finish(id);
      return;
  }
}

}  // namespace tidemark::websocket
