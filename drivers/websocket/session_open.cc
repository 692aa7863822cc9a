// From nothing to an open connection: connect and opening handshake.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>

#include "drivers/websocket/session.h"

namespace tidemark::websocket {
namespace {

namespace errors = boost::asio::error;

bool is_ours(const SocketError& error) {
  switch (error.value()) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return true;
    default:
      return false;
  }
}

// This machine, not the service, is why connection number `index` was not made.
Error machine_error(const SocketError& error, Count index, Count wanted) {
  std::string hint;
  std::string limit;
  if (error.value() == EMFILE) {
    rlimit found{};
    if (::getrlimit(RLIMIT_NOFILE, &found) == 0)
      limit = fmt::format(" (limit {})", found.rlim_cur);
    hint = fmt::format(
        "raise the limit with `ulimit -n {}` (the service needs as many), or "
        "lower `connections`",
        wanted.value + 256);
  } else if (error.value() == ENFILE) {
    hint =
        "the whole machine is out of descriptors: raise it with `sysctl "
        "fs.file-max=…`; `ulimit -n` alone does not help";
  } else if (error.value() == EADDRNOTAVAIL) {
    hint =
        "no local port is left, or the address is not of this machine: widen "
        "`sysctl net.ipv4.ip_local_port_range`, or lower `connections`";
  } else {
    hint = "lower `connections`, or give this machine more memory";
  }
  return Error{ErrorKind::kEnvironment,
               fmt::format("wanted {} connections, number {} failed: {}{}",
                           wanted.value, index.value, error.message(), limit),
               hint};
}

// The service, or the protocol itself, may be at another address of the name.
bool is_absent(const SocketError& error) {
  return error == errors::connection_refused ||
         error == errors::network_unreachable ||
         error == errors::address_family_not_supported ||
         error.value() == EADDRNOTAVAIL;
}

}  // namespace

Status Session::open(const WayCounts& plan) {
  plan_ = plan;
  Count connections;
  for (const auto& [way, count] : plan) connections += count;
  wanted_ = connections;
  started_ = Count{};
  // References to connections stay valid below: it never grows in flight.
  connections_.reserve(
      connections_.used() +
      static_cast<std::size_t>(std::max<std::int64_t>(connections.value, 0)));
  const Pacer pacer(spec_.connect_rate, clock_.now());
  return run([&] {
    start_due(pacer, connections);
    return !fatal_ && started_ >= wanted_ && in_flight_.value == 0;
  });
}

void Session::start_due(const Pacer& pacer, Count wanted) {
  while (!fatal_ && started_ < wanted) {
    if (pacer.unlimited()) {
      if (in_flight_.value >= kMaxInFlight) return;
    } else if (const TimePoint due = pacer.due(started_); due > clock_.now()) {
      wake_at(due);
      return;
    }
    start_one();
  }
}

void Session::start_one() {
  const SlotId id = connections_.emplace(io_, pool_, next_serial_++);
  connections_.find(id)->address = preferred_;
  connections_.find(id)->deadline = clock_.now() + spec_.timeouts.connect;
  started_ += Count{1};
  counts_.attempted += Count{1};
  in_flight_ += Count{1};
  connect(id);
}

void Session::connect(SlotId id) {
  Connection& connection = *connections_.find(id);
  const Tcp::endpoint& address = addresses_[connection.address];
  // Not Asio's open(): a service started meanwhile must not inherit it, or
  // our FIN would never be seen.
  const int fd = ::socket(address.protocol().family(),
                          SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    on_connected(id, SocketError(errno, boost::system::system_category()));
    return;
  }
  SocketError error;
  connection.socket.assign(address.protocol(), fd, error);
  if (error) {
    ::close(fd);
    on_connected(id, error);
    return;
  }
  connection.socket.set_option(Tcp::no_delay(true), error);
  connection.socket.non_blocking(true, error);
  connection.socket.async_connect(
      address, [this, id](SocketError result) { on_connected(id, result); });
}

void Session::on_connected(SlotId id, SocketError error) {
  Connection* connection = connections_.find(id);
  if (connection == nullptr) return;
  if (is_absent(error) &&
      static_cast<std::size_t>(++connection->refusals) < addresses_.size()) {
    SocketError ignored;
    connection->socket.close(ignored);
    connection->address = static_cast<std::uint16_t>(
        (connection->address + 1u) % addresses_.size());
    connect(id);
    return;
  }
  if (error && is_ours(error)) {
    if (!fatal_) fatal_ = machine_error(error, started_, wanted_);
    refuse(id, error.message());
    return;
  }
  if (error) {
    refuse(id, error == errors::connection_refused ? "connection refused"
                                                   : error.message());
    return;
  }
  preferred_ = connection->address;
  connection->stage = Stage::kHandshaking;
  connection->deadline = clock_.now() + spec_.timeouts.handshake;
  connection->greeting->key = handshake_.new_key(pool_);
  scratch_.clear();
  handshake_.append_request(connection->greeting->key, scratch_);
  send(id, scratch_);
  watch_read(id);
}

void Session::refuse(SlotId id, std::string_view why) {
  counts_.refused += Count{1};
  in_flight_ -= Count{1};
  reason(why);
  finish(id);
}

void Session::fail_handshake(SlotId id, std::string_view why) {
  counts_.failed += Count{1};
  in_flight_ -= Count{1};
  reason(why);
  // The rest of an error page must not turn our FIN into a reset.
  drain(id);
  finish(id);
}

void Session::on_reply(SlotId id, std::span<std::uint8_t> input) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t limit = static_cast<std::size_t>(kMaxReplyHead.value);
  Connection& connection = *connections_.find(id);
  std::string& head = connection.greeting->reply;
  const std::size_t before = head.size();
  head.append(reinterpret_cast<const char*>(input.data()),
              std::min(input.size(), limit - before));
  const std::size_t from = before < kEnd.size() ? 0 : before - kEnd.size();
  const std::size_t end = head.find(kEnd, from);
  if (end == std::string::npos) {
    if (head.size() >= limit)
      fail_handshake(id, "the reply to the handshake is longer than 16 KiB");
    return;
  }
  head.resize(end + kEnd.size());
  input = input.subspan(head.size() - before);
  const Status reply = handshake_.check_reply(head, connection.greeting->key);
  if (!reply) {
    fail_handshake(id, reply.error().message);
    return;
  }
  connection.greeting.reset();
  connection.stage = Stage::kOpen;
  connection.deadline = TimePoint::max();
  counts_.opened += Count{1};
  in_flight_ -= Count{1};
  open_ += Count{1};
  take(id, input);  // what came with the reply
}

}  // namespace tidemark::websocket
