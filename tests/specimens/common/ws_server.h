// A WebSocket echo server on one thread, which tells a specimen when
// connections begin and end. Its own memory per connection is freed when the
// connection ends, so that whatever stays is the specimen's.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>

namespace specimen {

using ConnectionId = std::uint64_t;

// How the specimen sees its connections. A connection begins when its
// handshake is done: a TCP connection without one is none.
class Behaviour {
 public:
  virtual ~Behaviour() = default;
  // Before the first connection. The context ends before the behaviour, so
  // timers are to be owned by their handlers.
  virtual void started(boost::asio::io_context&) {}
  virtual void opened(ConnectionId) {}
  // A whole message of that many bytes, be it text or binary.
  virtual void received(ConnectionId, std::uint64_t /*bytes*/) {}
  // Its input broke the protocol; the connection is about to be closed.
  virtual void broken(ConnectionId) {}
  // Abnormal: no close frame came.
  virtual void closed(ConnectionId, bool /*abnormal*/) {}
  // The line that is printed first, by retainer_line(); empty: nothing stays.
  virtual std::string retainer() const { return {}; }
  // The line that is printed at the end.
  virtual std::string truth() const = 0;
};

// Listens on 127.0.0.1 (port 0: a free one), prints the retainer and
// `listening on 127.0.0.1:PORT`, serves until SIGTERM or SIGINT, prints the
// truth. Returns the exit code.
int serve(std::uint16_t port, Behaviour& behaviour);

// "truth: N bytes in M objects REST".
std::string truth_line(std::uint64_t bytes, std::uint64_t objects,
                       const std::string& rest);

}  // namespace specimen
