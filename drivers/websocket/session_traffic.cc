// Messages on open connections, and the hold after them.
#include <fmt/format.h>

#include "drivers/websocket/session.h"

namespace tidemark::websocket {
namespace {

// A service that pings and does not read gets no more pongs than this.
constexpr std::size_t kMaxUnsentForPong = 64 << 10;

}  // namespace

Status Session::exercise() {
  busy_ = Count{};
  connections_.for_each([&](SlotId id, Connection& connection) {
    if (connection.stage != Stage::kOpen) return;
    connection.left = spec_.traffic.messages;
    connection.busy = true;
    busy_ += Count{1};
    send_next(id);
  });
  TIDEMARK_TRY(run([this] { return busy_.value == 0; }));
  const TimePoint end = clock_.now() + spec_.hold;
  return run([&] {
    if (clock_.now() >= end) return true;
    wake_at(end);
    return false;
  });
}

// Sends until an echo is due, the kernel takes no more, or all is sent.
void Session::send_next(SlotId id) {
  Connection& connection = *connections_.find(id);
  const bool echo = spec_.traffic.replies == ReplyRule::kEcho;
  while (connection.left > 0 && connection.unsent.empty()) {
    const MessageId message{connection.serial, connection.sent};
    scratch_.clear();
    const Status encoded = connection.codec.append(
        spec_.traffic.binary ? MessageKind::kBinary : MessageKind::kText,
        payload_.content(message), scratch_);
    if (!encoded) {
      fatal_ = Error{ErrorKind::kBug, encoded.error().message, {}};
      return;
    }
    send(id, scratch_);
    --connection.left;
    ++connection.sent;
    counts_.messages_sent += Count{1};
    connection.deadline = clock_.now() + spec_.timeouts.response;
    connection.awaiting_echo = echo;
    if (echo || connection.broken) return;
  }
  if (connection.unsent.empty()) end_traffic(connection);
}

void Session::end_traffic(Connection& connection) {
  if (!connection.busy) return;
  connection.busy = false;
  connection.awaiting_echo = false;
  connection.left = 0;
  connection.deadline = TimePoint::max();
  busy_ -= Count{1};
}

void Session::on_message(SlotId id, const Message& message) {
  switch (message.kind) {
    case MessageKind::kPing: {
      Connection& connection = *connections_.find(id);
      if (connection.unsent.size() > kMaxUnsentForPong) return;
      scratch_.clear();
      // Cannot fail: what came in a control frame fits into one.
      if (connection.codec.append(MessageKind::kPong, message.payload,
                                  scratch_))
        send(id, scratch_);
      return;
    }
    case MessageKind::kPong:
      return;
    case MessageKind::kClose:
      on_close_frame(id, message.close_code);
      return;
    case MessageKind::kText:
    case MessageKind::kBinary:
      on_data(id, message);
      return;
  }
}

void Session::on_data(SlotId id, const Message& message) {
  Connection& connection = *connections_.find(id);
  counts_.messages_received += Count{1};
  // What nobody waits for, a greeting or an answer that came too late, is no
  // echo and no error.
  if (connection.stage != Stage::kOpen || !connection.awaiting_echo) return;
  const MessageId expected{connection.serial, connection.sent - 1};
  const MessageKind kind =
      spec_.traffic.binary ? MessageKind::kBinary : MessageKind::kText;
  if (message.kind != kind || !payload_.matches(expected, message.payload)) {
    counts_.reply_errors += Count{1};
    reason("an echo differed from what was sent");
  }
  connection.awaiting_echo = false;
  if (connection.unsent.empty()) send_next(id);
}

}  // namespace tidemark::websocket
