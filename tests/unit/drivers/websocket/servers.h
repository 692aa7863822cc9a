// Two services for the driver's tests, each on a port of its own and in a
// thread of its own: Beast as the independent judge of what the driver sends,
// and a raw one that says exactly the bytes a test wants said.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tidemark::websocket_test {

// How a service saw its connections end, with counts: "close 1000", "eof",
// "reset", or another error's text.
using Endings = std::map<std::string, int>;

struct BeastOptions {
  bool ping_first = false;
  std::string subprotocol = {};  // what it answers to a request for any
};

class BeastEcho {
 public:
  explicit BeastEcho(BeastOptions options = {});
  ~BeastEcho();

  std::string url() const;
  // Waits until so many connections have ended, or a minute.
  Endings endings(int count);
  int messages();
  int pongs();
  std::vector<std::string> requests();  // the handshakes, as text

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What a raw service does with a connection, in order. `reply` may contain
// {accept}, which becomes the right Sec-WebSocket-Accept.
struct RawScript {
  std::string reply = {};    // when a whole request is there; empty: none
  bool echo_raw = false;     // then: sends each byte back as it came
  std::string on_data = {};  // then: sent once at the first bytes of the client
  enum class Then { kRead, kClose, kReset, kStall } then = Then::kRead;
};

extern const char kSwitching[];  // a good reply, {accept} included

class RawServer {
 public:
  explicit RawServer(RawScript script);
  ~RawServer();

  std::string url() const;
  Endings endings(int count);
  // Waits until so many requests were answered (or swallowed).
  void wait_for_requests(int count);
  // What came after the requests, of all connections.
  std::string received();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A port of loopback on which nobody listens and nobody will while this lives.
class DeadPort {
 public:
  // `listening`: connections are accepted by the kernel, and never answered.
  explicit DeadPort(bool listening = false);
  ~DeadPort();
  std::string url() const;

 private:
  int fd_;
  std::uint16_t port_;
};

}  // namespace tidemark::websocket_test
