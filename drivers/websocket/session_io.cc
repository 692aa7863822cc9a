// Sockets: readiness, then reads into the one buffer; writes at once, and
// what the kernel does not take is kept and sent later.
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "drivers/websocket/session.h"

namespace tidemark::websocket {
namespace {

namespace errors = boost::asio::error;

// A service that sends without end must not keep the loop from the others.
constexpr int kReadRounds = 16;
constexpr int kDrainRounds = 64;

bool not_now(const SocketError& error) {
  return error == errors::would_block || error == errors::try_again;
}

}  // namespace

// Exactly one read wait is outstanding per connection. It is armed anew after
// each: waiting reports what is already there, so nothing is missed.
void Session::watch_read(SlotId id) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr) return;
  connection->socket.async_wait(Socket::wait_read, [this, id](SocketError e) {
    if (e || connections_.find(id) == nullptr) return;
    std::size_t count = kReadBuffer;
    for (int i = 0; i < kReadRounds && count == kReadBuffer; ++i)
      if (!read_some(id, count)) break;
    watch_read(id);
  });
}

void Session::watch_write(SlotId id) {
  Connection& connection = *connections_.find(id);
  if (connection.write_waiting) return;
  connection.write_waiting = true;
  connection.socket.async_wait(Socket::wait_write, [this, id](SocketError e) {
    if (!e) on_writable(id);
  });
}

// One read, and all that follows from it. False if there was nothing to read
// or the connection is gone.
bool Session::read_some(SlotId id, std::size_t& count) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr) return false;
  SocketError error;
  count = connection->socket.read_some(boost::asio::buffer(buffer_), error);
  if (not_now(error)) return false;
  if (error) {
    on_gone(id, error);
    return false;
  }
  take(id, std::span<std::uint8_t>(buffer_).first(count));
  return true;
}

// Reads and handles all that has come.
void Session::pump(SlotId id) {
  std::size_t count = 0;
  for (int i = 0; i < kDrainRounds; ++i)
    if (!read_some(id, count)) return;
}

// Reads and drops all that has come. The buffer may be in use by a caller,
// which must not look at it afterwards.
void Session::drain(SlotId id) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr) return;
  SocketError error;
  for (int i = 0; i < kDrainRounds && !error; ++i)
    (void)connection->socket.read_some(boost::asio::buffer(buffer_), error);
}

void Session::take(SlotId id, std::span<std::uint8_t> input) {
  while (Connection* connection = connections_.find(id)) {
    switch (connection->stage) {
      case Stage::kHandshaking:
        on_reply(id, input);
        return;
      case Stage::kOpen:
      case Stage::kCloseSent:
        break;
      default:
        return;  // bytes after a close frame mean nothing
    }
    const Result<std::optional<Message>> message =
        connection->codec.next(input);
    if (!message) {
      on_violation(id, message.error().message);
      return;
    }
    if (!*message) return;
    on_message(id, **message);
  }
}

void Session::send(SlotId id, std::string_view bytes) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr || connection->broken) return;
  std::size_t count = 0;
  if (connection->unsent.empty()) {
    SocketError error;
    count = connection->socket.write_some(boost::asio::buffer(bytes), error);
    if (error && !not_now(error)) {
      // Not the end: a last message or close frame may still be readable.
      connection->broken = true;
      return;
    }
  }
  if (count == bytes.size()) return;
  connection->unsent.append(bytes.substr(count));
  watch_write(id);
}

void Session::on_writable(SlotId id) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr) return;
  connection->write_waiting = false;
  std::string& unsent = connection->unsent;
  SocketError error;
  const std::size_t count =
      connection->socket.write_some(boost::asio::buffer(unsent), error);
  if (error && !not_now(error)) {
    connection->broken = true;
    unsent.clear();
    return;
  }
  unsent.erase(0, count);
  if (!unsent.empty()) {
    watch_write(id);
    return;
  }
  std::string().swap(unsent);
  if (connection->busy && !connection->awaiting_echo) send_next(id);
}

}  // namespace tidemark::websocket
