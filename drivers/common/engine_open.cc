// From nothing to an open connection: connect, TLS, the protocol's greeting.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "drivers/common/engine.h"
#include "drivers/common/engine_events.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

bool is_ours(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL:
    case EADDRINUSE:
    case EAFNOSUPPORT:
      return true;
    default:
      return false;
  }
}

// The service, or the protocol itself, may be at another address of the name.
bool is_absent(int error) {
  return error == ECONNREFUSED || error == ENETUNREACH ||
         error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

// This machine, not the service, is why connection number `index` was not
// made.
Error machine_error(int error, Count index, Count wanted,
                    const EngineSetup& setup) {
  const char* const key = setup.as_needed ? "maxConnections" : "connections";
  std::string hint;
  std::string limit;
  if (error == EMFILE) {
    rlimit found{};
    if (::getrlimit(RLIMIT_NOFILE, &found) == 0)
      limit = fmt::format(" (limit {})", found.rlim_cur);
    hint = fmt::format(
        "raise the limit with `ulimit -n {}` (the service needs as many), or "
        "lower `{}`",
        wanted.value + 256, key);
  } else if (error == ENFILE) {
    hint =
        "the whole machine is out of descriptors: raise it with `sysctl "
        "fs.file-max=…`; `ulimit -n` alone does not help";
  } else if (error == EADDRNOTAVAIL || error == EADDRINUSE) {
    hint = fmt::format(
        "no local port is left, or the address is not of this machine: {}, "
        "widen `sysctl net.ipv4.ip_local_port_range`, or lower `{}`",
        !setup.sources.empty()
            ? "name more addresses in socket.sourceIps"
            : "use several source addresses (socket: { sourceIps: "
              "[127.0.0.2-127.0.0.9] })",
        key);
  } else {
    hint = fmt::format("lower `{}`, or give this machine more memory", key);
  }
  return Error{ErrorKind::kEnvironment,
               fmt::format("wanted {}{} connections, number {} failed: {}{}",
                           setup.as_needed ? "up to " : "", wanted.value,
                           index.value, std::strerror(error), limit),
               hint};
}

bool is_connected(int fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  return ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
}

int error_of(int fd) {
  int error = 0;
  socklen_t size = sizeof(error);
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

// A slow reader has a small buffer from the start, or it would be no slower
// than the others for the first 64 KiB.
constexpr Bytes kSlowBuffer{4 << 10};

}  // namespace

SlotId FlowEngine::start(std::uint16_t way, Count wanted) {
  const SlotId id = connections_.emplace();
  Connection& connection = *connections_.find(id);
  connection.serial = next_serial_++;
  connection.way = way;
  connection.endpoint = preferred_;
  connection.slow = way_of(connection).behavior == CloseBehavior::kSlowReader;
  connection.since = clock_.now();
  connection.deadline = connection.since + setup_.spec.timeouts.connect;
  wanted_ = wanted;
  started_ += Count{1};
  counts_.attempted += Count{1};
  in_flight_ += Count{1};
  connect(id);
  return id;
}

void FlowEngine::connect(SlotId id) {
  Connection& connection = *connections_.find(id);
  const Endpoint& to = setup_.endpoints[connection.endpoint];
  const Endpoint* source =
      setup_.sources.empty()
          ? nullptr
          : &setup_.sources[next_source_++ % setup_.sources.size()];
  int error = 0;
  Fd socket;
  if (connection.slow) {
    SocketSpec small = setup_.spec.socket;
    small.receive_buffer =
        way_of(connection).receive_buffer.value_or(kSlowBuffer);
    socket = begin_connect(to, source, small, error);
  } else {
    socket = begin_connect(to, source, setup_.spec.socket, error);
  }
  if (!socket) {
    // A Unix socket whose queue is full says so at once instead of waiting.
    if (error == EAGAIN && to.is_unix())
      wake(id, std::chrono::milliseconds(1), WakeFor::kRetry);
    else
      connect_failed(id, error);
    return;
  }
  const int fd = socket.get();
  connection.transport = Transport(std::move(socket));
  // Over loopback the handshake is often over already: no event is needed.
  const bool connected = is_connected(fd);
  connection.watching_write = !connected;
  if (!reactor_.add(fd, token_of(id), !connected)) {
    connect_failed(id, errno);
    return;
  }
  if (connected) on_connected(id);
}

void FlowEngine::on_connecting(SlotId id) {
  const int fd = connections_.find(id)->transport.fd();
  const int error = error_of(fd);
  if (error != 0)
    connect_failed(id, error);
  else if (is_connected(fd))
    on_connected(id);
}

void FlowEngine::connect_failed(SlotId id, int error) {
  Connection& connection = *connections_.find(id);
  connection.transport = Transport();
  if (is_absent(error) && static_cast<std::size_t>(++connection.refusals) <
                              setup_.endpoints.size()) {
    connection.endpoint = static_cast<std::uint16_t>(
        (connection.endpoint + 1u) % setup_.endpoints.size());
    connect(id);
    return;
  }
  if (is_ours(error) && !fatal_)
    fatal_ = machine_error(error, started_, wanted_, setup_);
  refuse(id,
         error == ECONNREFUSED ? "connection refused" : std::strerror(error));
}

void FlowEngine::refuse(SlotId id, std::string_view why) {
  counts_.refused += Count{1};
  in_flight_ -= Count{1};
  reason(why);
  finish(id, Fate::kNeverOpened);
}

void FlowEngine::on_connected(SlotId id) {
  Connection& connection = *connections_.find(id);
  const TimePoint now = clock_.now();
  times_->connect.record(now - connection.since);
  connection.since = now;
  preferred_ = connection.endpoint;
  connection.deadline = now + setup_.spec.timeouts.handshake;
  const Provocation* provocation = setup_.provocations[connection.way];
  const bool at_tls =
      provocation != nullptr && provocation->when == Provocation::When::kTls;
  if (at_tls && provocation->fault == TlsFault::kNone) {
    provoke(id);
    return;
  }
  if (!setup_.tls) {
    begin_talk(id);
    return;
  }
  SslHandle ssl = setup_.tls->connect(
      connection.transport.fd(), at_tls ? provocation->fault : TlsFault::kNone);
  if (!ssl) {
    fail_greeting(id, "TLS: out of memory");
    return;
  }
  connection.stage = Stage::kSecuring;
  connection.transport.secure(std::move(ssl));
  step_secure(id);
}

void FlowEngine::step_secure(SlotId id) {
  Connection& connection = *connections_.find(id);
  const IoResult result = connection.transport.secure_up();
  if (result.state == IoResult::State::kNotNow) {
    // A hello that the kernel does not take at once is rare: look again.
    watch_write(id);
    return;
  }
  const Provocation* provocation = setup_.provocations[connection.way];
  const bool provoked =
      provocation != nullptr && provocation->when == Provocation::When::kTls;
  if (result.state == IoResult::State::kSome) {
    if (provoked) {
      in_flight_ -= Count{1};
      connection.stage = Stage::kLingering;
      connection.answer = std::make_unique<std::string>();
      note_answer(connection, "TLS accepted");
      count_closed(connection);
      finish(id, Fate::kEndedOurWay);
      return;
    }
    begin_talk(id);
    return;
  }
  const std::string why =
      result.state == IoResult::State::kEnd ? "closed in the TLS handshake"
      : result.error != 0
          ? fmt::format("{} in the TLS handshake", std::strerror(result.error))
          : connection.transport.trouble();
  if (provoked) {
    in_flight_ -= Count{1};
    connection.stage = Stage::kLingering;
    connection.answer = std::make_unique<std::string>();
    note_answer(connection, why);
    count_closed(connection);
    finish(id, Fate::kEndedOurWay);
    return;
  }
  fail_greeting(id, why);
}

void FlowEngine::begin_talk(SlotId id) {
  Connection& connection = *connections_.find(id);
  connection.stage = Stage::kGreeting;
  const Provocation* provocation = setup_.provocations[connection.way];
  if (provocation != nullptr &&
      provocation->when == Provocation::When::kFirst) {
    provoke(id);
    return;
  }
  connection.talk = setup_.protocol->start(connection.serial);
  const WeightedClose& way = way_of(connection);
  if (way.behavior == CloseBehavior::kAbortMidHandshake) {
    in_flight_ -= Count{1};
    unfinished(id);
    return;
  }
  out_.clear();
  const bool open = connection.talk->greet(out_);
  if (!out_.empty()) send(id, out_);
  if (open) opened(id);
}

void FlowEngine::opened(SlotId id) {
  Connection& connection = *connections_.find(id);
  times_->handshake.record(clock_.now() - connection.since);
  connection.stage = Stage::kOpen;
  connection.deadline = TimePoint::max();
  counts_.opened += Count{1};
  in_flight_ -= Count{1};
  open_ += Count{1};
  user_.on_open(id);
}

void FlowEngine::fail_greeting(SlotId id, std::string_view why) {
  counts_.failed += Count{1};
  in_flight_ -= Count{1};
  reason(why);
  // The rest of an error page must not turn our FIN into a reset.
  drain(*connections_.find(id));
  finish(id, Fate::kNeverOpened);
}

}  // namespace tidemark
