#include "common/ws_server.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <utility>

#include "common/acceptor.h"
#include "common/ws_protocol.h"

namespace specimen {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kReadAtOnce = 4 * 1024;

// Who is told about connections, until the end: what is torn down after that
// is no connection's end.
struct Audience {
  Behaviour& behaviour;
  bool listens = true;
};

// One connection. It alternates between one read and one write, so a client
// that does not read stops being read from.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, ConnectionId id, Audience& audience)
      : socket_(std::move(socket)), id_(id), audience_(audience) {}

  ~Session() {
    if (open_ && audience_.listens) {
      audience_.behaviour.closed(id_, !close_seen_);
    }
  }

  void read() {
    socket_.async_read_some(
        asio::buffer(chunk_),
        [self = shared_from_this()](const error_code& error, std::size_t size) {
          // An end or a reset: the last owner of the session goes.
          if (error) return;
          self->input_.append(self->chunk_.data(), size);
          self->digest();
        });
  }

 private:
  void digest() {
    if (!open_) {
      shake_hands();
    } else {
      answer_frames();
    }
  }

  void shake_hands() {
    const std::size_t end = input_.find("\r\n\r\n");
    if (end == std::string::npos) {
      if (input_.size() <= kLongestRequest) read();
      return;
    }
    const auto reply = handshake_reply(input_.substr(0, end));
    input_.erase(0, end + 4);
    if (!reply) {
      ending_ = true;
      output_ = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
    } else {
      output_ = *reply;
      open_ = true;
      audience_.behaviour.opened(id_);
      answer_frames();
      return;
    }
    write();
  }

  void answer_frames() {
    Frame frame;
    while (!ending_) {
      const Taken taken = take_frame(input_, frame);
      if (taken == Taken::kNeedsMore) break;
      if (taken == Taken::kBroken) {
        ending_ = true;
        output_ += encode({true, Opcode::kClose, "\x03\xea"});  // 1002
        audience_.behaviour.broken(id_);
      } else {
        answer(frame);
      }
    }
    if (output_.empty()) {
      read();
    } else {
      write();
    }
  }

  void answer(Frame& frame) {
    switch (frame.opcode) {
      case Opcode::kPong:
        return;
      case Opcode::kPing:
        frame.opcode = Opcode::kPong;
        break;
      case Opcode::kClose:
        close_seen_ = true;
        ending_ = true;
        // The status code is echoed, the reason is not.
        frame.payload.resize(frame.payload.size() < 2 ? 0 : 2);
        break;
      default:  // echoed fragment by fragment, as it came
        message_size_ += frame.payload.size();
        if (!frame.last) break;
        audience_.behaviour.received(id_, message_size_);
        message_size_ = 0;
        break;
    }
    output_ += encode(frame);
  }

  void write() {
    asio::async_write(
        socket_, asio::buffer(output_),
        [self = shared_from_this()](const error_code& error, std::size_t) {
          self->output_.clear();
          if (!error && !self->ending_) self->answer_frames();
        });
  }

  tcp::socket socket_;
  ConnectionId id_;
  Audience& audience_;
  std::array<char, kReadAtOnce> chunk_;
  std::string input_;
  std::string output_;
  std::uint64_t message_size_ = 0;  // of the fragments so far
  bool open_ = false;
  bool close_seen_ = false;
  bool ending_ = false;
};

}  // namespace

int serve(std::uint16_t port, Behaviour& behaviour) {
  try {
    Audience audience{behaviour};
    asio::io_context context(1);
    ConnectionId last_id = 0;
    const Acceptor server(context, port, [&](tcp::socket socket) {
      std::make_shared<Session>(std::move(socket), ++last_id, audience)->read();
    });
    behaviour.started(context);
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&](const error_code&, int) { context.stop(); });
    if (const std::string line = behaviour.retainer(); !line.empty()) {
      std::printf("%s\n", line.c_str());
    }
    std::printf("listening on 127.0.0.1:%u\n", unsigned{server.port()});
    std::fflush(stdout);
    context.run();
    audience.listens = false;
    std::printf("%s\n", behaviour.truth().c_str());
    std::fflush(stdout);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cannot serve on port %u: %s\n", unsigned{port},
                 error.what());
    return 4;
  }
  return 0;
}

std::string truth_line(std::uint64_t bytes, std::uint64_t objects,
                       const std::string& rest) {
  return "truth: " + std::to_string(bytes) + " bytes in " +
         std::to_string(objects) + " objects " + rest;
}

}  // namespace specimen
