// All connections of one WebSocket load, their states and what ends them.
// Private to this folder; driver.h is its face.
//
//   Connecting → Handshaking → Open ─┬─ fin, reset ──────────────→ gone
//        │            │          │   └─ CloseSent ─┐
//        └─ refused   └─ failed  └─ early ─────────┴→ AwaitEof → HalfClosed
//
// One io_context, run by the thread that calls the driver; one read buffer
// for all connections: a socket is waited for, then read without blocking,
// so that a connection that is silent costs no buffer.
#pragma once

#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/common/close_plan.h"
#include "drivers/common/pacer.h"
#include "drivers/common/payload.h"
#include "drivers/common/random.h"
#include "drivers/common/slab.h"
#include "drivers/websocket/codec_hybi13.h"
#include "tidemark/cancellation.h"
#include "tidemark/clock.h"
#include "tidemark/driver.h"
#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark::websocket {

using Tcp = boost::asio::ip::tcp;
using Socket =
    boost::asio::basic_stream_socket<Tcp,
                                     boost::asio::io_context::executor_type>;
using SocketError = boost::system::error_code;

// Handshakes under way at once when no rate is asked for.
inline constexpr std::int64_t kMaxInFlight = 256;
inline constexpr std::size_t kReadBuffer = 64 << 10;
// After both close frames the server has to close first (RFC 6455 §7.1.1);
// one that has not after this time is nudged with a FIN.
inline constexpr Duration kEofPatience = std::chrono::milliseconds(250);

enum class Stage : std::uint8_t {
  kConnecting,
  kHandshaking,
  kOpen,
  kCloseSent,   // our close frame is out, theirs is not in
  kAwaitEof,    // both are; its ending has been counted
  kHalfClosed,  // the same, and our FIN is out
};

// What is needed only until the handshake is complete.
struct Greeting {
  HandshakeKey key;
  std::string reply;
};

struct Connection {
  Connection(boost::asio::io_context& io, CodecPool& pool, std::uint32_t number)
      : socket(io.get_executor()), codec(Role::kClient, pool), serial(number) {}

  Socket socket;
  Codec codec;
  std::unique_ptr<Greeting> greeting = std::make_unique<Greeting>();
  std::string unsent;  // what the kernel did not take yet
  TimePoint deadline = TimePoint::max();
  std::uint32_t serial;
  std::uint32_t sent = 0;      // messages, over all calls
  std::uint32_t left = 0;      // messages still to send in this call
  std::uint16_t address = 0;   // index of the address it connects to
  std::uint16_t refusals = 0;  // addresses that refused it
  Stage stage = Stage::kConnecting;
  bool busy = false;  // its traffic is not finished
  bool awaiting_echo = false;
  bool write_waiting = false;
  bool broken = false;  // a write failed; the next read tells why
};

// What make_websocket_driver() has checked.
struct SessionSetup {
  LoadSpec spec;
  std::vector<Tcp::endpoint> addresses;  // not empty
  ClientHandshake handshake;
};

class Session final : public Driver {
 public:
  // Throws if the event loop cannot be made.
  Session(SessionSetup setup, Clock& clock, Cancellation& cancellation);
  ~Session() override;

  Status open(const WayCounts& plan) override;
  Status exercise() override;
  Status close() override;
  Count open_now() const override { return open_; }
  LoadCounts take_counts() override;

 private:
  // session.cc: the loop, time, cancellation.
  Status run(const std::function<bool()>& done);
  void watch_cancellation();
  void arm_tick();
  void sweep();
  void wake_at(TimePoint at);
  void give_up(std::string_view why);
  void finish(SlotId id);
  void reason(std::string_view text);

  // session_open.cc
  void start_due(const Pacer& pacer, Count wanted);
  void start_one();
  void connect(SlotId id);
  void on_connected(SlotId id, SocketError error);
  void refuse(SlotId id, std::string_view why);
  void on_reply(SlotId id, std::span<std::uint8_t> input);
  void fail_handshake(SlotId id, std::string_view why);

  // session_io.cc
  void watch_read(SlotId id);
  void watch_write(SlotId id);
  bool read_some(SlotId id, std::size_t& count);
  void pump(SlotId id);
  void drain(SlotId id);
  void take(SlotId id, std::span<std::uint8_t> input);
  void send(SlotId id, std::string_view bytes);
  void on_writable(SlotId id);

  // session_traffic.cc
  void send_next(SlotId id);
  void end_traffic(Connection& connection);
  void on_message(SlotId id, const Message& message);
  void on_data(SlotId id, const Message& message);

  // session_close.cc
  void begin_close(SlotId id, const WeightedClose& how);
  void on_close_frame(SlotId id, std::uint16_t code);
  void on_violation(SlotId id, std::string_view what);
  void on_gone(SlotId id, SocketError error);
  void on_deadline(SlotId id);
  void end_early(Connection& connection, std::string_view why);
  void leave_open(Connection& connection);
  void await_eof(Connection& connection);
  Count& closed(CloseBehavior behavior);

  const LoadSpec spec_;
  const std::vector<Tcp::endpoint> addresses_;
  const ClientHandshake handshake_;
  Clock& clock_;
  Cancellation& cancellation_;
  const Duration tick_;

  // The pool and the loop outlive the connections, which are below them.
  CodecPool pool_;
  boost::asio::io_context io_{1};
  boost::asio::steady_timer tick_timer_{io_};
  boost::asio::steady_timer wake_timer_{io_};
  boost::asio::posix::stream_descriptor cancel_fd_{io_};
  std::vector<std::uint8_t> buffer_;
  std::string scratch_;
  Slab<Connection> connections_;

  Random random_;
  Payload payload_;
  std::optional<TimePoint> waking_at_;
  std::optional<Error> fatal_;
  LoadCounts counts_;
  Count open_;
  Count in_flight_;  // connecting or handshaking
  Count busy_;
  WayCounts plan_;
  Count wanted_;   // of the current open()
  Count started_;  // of those
  std::uint32_t next_serial_ = 0;
  std::uint16_t preferred_ = 0;  // the address that accepted last
};

// "5 s", "250 ms": how messages show a timeout.
std::string in_words(Duration duration);

}  // namespace tidemark::websocket
