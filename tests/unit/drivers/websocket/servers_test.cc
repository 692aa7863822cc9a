// The services of servers.h. It is a test source, and has a test, so that the
// one unit program takes it in.
#include "tests/unit/drivers/websocket/servers.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace tidemark::websocket_test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;

// What both services tell the test's thread.
class Diary {
 public:
  void ended(const std::string& how) {
    note([&] { ++endings_[how], ++ended_; });
  }

  template <class Change>
  void note(Change change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  template <class Done>
  void wait(Done done) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::minutes(1), done);
  }

  Endings endings(int count) {
    wait([&] { return ended_ >= count; });
    const std::lock_guard lock(mutex_);
    return endings_;
  }

  template <class T>
  T get(const T& value) {
    const std::lock_guard lock(mutex_);
    return value;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Endings endings_;
  int ended_ = 0;
};

std::string ending(const boost::system::error_code& error) {
  if (error == asio::error::eof) return "eof";
  if (error == asio::error::connection_reset) return "reset";
  return error.message();
}

// An acceptor on a free port of 127.0.0.1, and the thread that runs it.
struct Loop {
  asio::io_context io;
  tcp::acceptor acceptor{io,
                         tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::thread thread;

  void start() {
    thread = std::thread([this] { io.run(); });
  }
  void stop() {
    io.stop();
    thread.join();
  }
  std::string url() const {
    return "ws://127.0.0.1:" +
           std::to_string(acceptor.local_endpoint().port()) + "/";
  }
};

}  // namespace

const char kSwitching[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n";

struct BeastEcho::State {
  using Socket = beast::websocket::stream<tcp::socket>;

  struct Peer : std::enable_shared_from_this<Peer> {
    Peer(tcp::socket socket, State& s) : ws(std::move(socket)), state(s) {}

    void start() {
      namespace http = beast::http;
      http::async_read(ws.next_layer(), buffer, request,
                       [self = shared_from_this()](auto error, std::size_t) {
                         if (error)
                           return self->state.diary.ended(ending(error));
                         self->accept();
                       });
    }

    void accept() {
      std::string text;
      for (const auto& field : request)
        text += std::string(field.name_string()) + ": " +
                std::string(field.value()) + "\n";
      state.diary.note([&] { state.requests.push_back(text); });
      ws.control_callback([this](beast::websocket::frame_type kind, auto) {
        if (kind == beast::websocket::frame_type::pong)
          state.diary.note([&] { ++state.pongs; });
      });
      ws.read_message_max(0);
      if (!state.options.subprotocol.empty())
        ws.set_option(beast::websocket::stream_base::decorator(
            [this](beast::websocket::response_type& response) {
              response.set(beast::http::field::sec_websocket_protocol,
                           state.options.subprotocol);
            }));
      ws.async_accept(request, [self = shared_from_this()](auto error) {
        if (error) return self->state.diary.ended(ending(error));
        if (!self->state.options.ping_first) return self->read();
        self->ws.async_ping("are you there", [self](auto failed) {
          if (failed) return self->state.diary.ended(ending(failed));
          self->read();
        });
      });
    }

    void read() {
      ws.async_read(buffer, [self = shared_from_this()](auto error, auto) {
        if (error == beast::websocket::error::closed)
          return self->state.diary.ended(
              "close " + std::to_string(self->ws.reason().code));
        if (error) return self->state.diary.ended(ending(error));
        self->echo();
      });
    }

    void echo() {
      state.diary.note([&] { ++state.messages; });
      ws.text(ws.got_text());
      ws.async_write(buffer.data(),
                     [self = shared_from_this()](auto error, auto) {
                       if (error) return self->state.diary.ended(ending(error));
                       self->buffer.consume(self->buffer.size());
                       self->read();
                     });
    }

    Socket ws;
    State& state;
    beast::flat_buffer buffer;
    beast::http::request<beast::http::string_body> request;
  };

  void accept() {
    loop.acceptor.async_accept([this](auto error, tcp::socket socket) {
      if (!error) std::make_shared<Peer>(std::move(socket), *this)->start();
      accept();
    });
  }

  BeastOptions options;
  Diary diary;
  int messages = 0;
  int pongs = 0;
  std::vector<std::string> requests;
  Loop loop;
};

BeastEcho::BeastEcho(BeastOptions options) : state_(new State) {
  state_->options = std::move(options);
  state_->accept();
  state_->loop.start();
}
BeastEcho::~BeastEcho() { state_->loop.stop(); }
std::string BeastEcho::url() const { return state_->loop.url(); }
Endings BeastEcho::endings(int count) { return state_->diary.endings(count); }
int BeastEcho::messages() { return state_->diary.get(state_->messages); }
int BeastEcho::pongs() { return state_->diary.get(state_->pongs); }
std::vector<std::string> BeastEcho::requests() {
  return state_->diary.get(state_->requests);
}

struct RawServer::State {
  struct Peer : std::enable_shared_from_this<Peer> {
    Peer(tcp::socket s, State& owner) : socket(std::move(s)), state(owner) {}

    void read() {
      socket.async_read_some(
          asio::buffer(bytes),
          [self = shared_from_this()](auto error, std::size_t count) {
            if (error) return self->state.diary.ended(ending(error));
            self->take(std::string(self->bytes, count));
          });
    }

    void take(const std::string& data) {
      if (answered) return take_data(data);
      request += data;
      if (request.find("\r\n\r\n") == std::string::npos) return read();
      answered = true;
      std::string reply = state.script.reply;
      const std::size_t at = reply.find("{accept}");
      if (at != std::string::npos) reply.replace(at, 8, accept_value());
      boost::system::error_code ignored;
      asio::write(socket, asio::buffer(reply), ignored);
      state.diary.note([&] { ++state.requests; });
      if (state.script.then == RawScript::Then::kRead) return read();
      if (state.script.then == RawScript::Then::kStall)
        return state.stalled.push_back(shared_from_this());
      if (state.script.then == RawScript::Then::kReset)
        socket.set_option(tcp::socket::linger(true, 0), ignored);
      socket.close(ignored);
      state.diary.ended("closed by the service");
    }

    void take_data(const std::string& data) {
      state.diary.note([&] { state.received += data; });
      boost::system::error_code ignored;
      if (state.script.echo_raw)
        asio::write(socket, asio::buffer(data), ignored);
      if (!said)
        asio::write(socket, asio::buffer(state.script.on_data), ignored);
      said = true;
      read();
    }

    // By Beast's base64 and SHA-1, not by the codec under test.
    std::string accept_value() const {
      const std::string name = "Sec-WebSocket-Key: ";
      const std::size_t from = request.find(name) + name.size();
      beast::websocket::detail::sec_ws_accept_type accept;
      beast::websocket::detail::make_sec_ws_accept(
          accept, beast::string_view(request).substr(from, 24));
      return std::string(accept.data(), accept.size());
    }

    tcp::socket socket;
    State& state;
    char bytes[4096];
    std::string request;
    bool answered = false;
    bool said = false;
  };

  void accept() {
    loop.acceptor.async_accept([this](auto error, tcp::socket socket) {
      if (!error) std::make_shared<Peer>(std::move(socket), *this)->read();
      accept();
    });
  }

  RawScript script;
  Diary diary;
  int requests = 0;
  std::string received;
  Loop loop;
  std::vector<std::shared_ptr<Peer>> stalled;  // open, and never read
};

RawServer::RawServer(RawScript script) : state_(new State) {
  state_->script = std::move(script);
  state_->accept();
  state_->loop.start();
}
RawServer::~RawServer() { state_->loop.stop(); }
std::string RawServer::url() const { return state_->loop.url(); }
Endings RawServer::endings(int count) { return state_->diary.endings(count); }
void RawServer::wait_for_requests(int count) {
  state_->diary.wait([&] { return state_->requests >= count; });
}
std::string RawServer::received() {
  return state_->diary.get(state_->received);
}

DeadPort::DeadPort(bool listening)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(0) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  sockaddr* const any = reinterpret_cast<sockaddr*>(&address);
  const bool ready = ::bind(fd_, any, size) == 0 &&
                     ::getsockname(fd_, any, &size) == 0 &&
                     (!listening || ::listen(fd_, 128) == 0);
  if (ready) port_ = ntohs(address.sin_port);
}
DeadPort::~DeadPort() { ::close(fd_); }
std::string DeadPort::url() const {
  return "ws://127.0.0.1:" + std::to_string(port_) + "/";
}

TEST(WebsocketTestServers, ListenOnPortsOfTheirOwn) {
  const BeastEcho beast;
  const RawServer raw({});
  const DeadPort dead;
  EXPECT_NE(beast.url(), raw.url());
  EXPECT_NE(raw.url(), dead.url());
  EXPECT_NE(dead.url(), "ws://127.0.0.1:0/");
}

}  // namespace tidemark::websocket_test
