#include "common/http_server.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdio>
#include <string_view>
#include <utility>

#include "common/acceptor.h"

namespace specimen {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kReadAtOnce = 4 * 1024;
constexpr std::size_t kLongestInput = 16 * 1024;

std::string reply_text(int status, const std::string& body) {
  const char* word = status == 200 ? "OK" : "Failed";
  return "HTTP/1.1 " + std::to_string(status) + " " + word +
         "\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

// It reads all the time, also while a request is being answered: that is how
// it learns that the client has left.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, std::unique_ptr<HttpVisitor> visitor)
      : socket_(std::move(socket)), visitor_(std::move(visitor)) {}

  void read() {
    socket_.async_read_some(
        asio::buffer(chunk_),
        [self = shared_from_this()](const error_code& error, std::size_t size) {
          if (error || self->input_.size() + size > kLongestInput) {
            self->end();
            return;
          }
          self->input_.append(self->chunk_.data(), size);
          self->next_request();
          self->read();
        });
  }

 private:
  void next_request() {
    const std::size_t end = input_.find("\r\n\r\n");
    if (busy_ || end == std::string::npos || !visitor_) return;
    const std::string head = input_.substr(0, end);
    input_.erase(0, end + 4);
    busy_ = true;
    last_ = head.find("\r\nConnection: close") != std::string::npos;
    const std::weak_ptr<Session> weak = weak_from_this();
    const Reply reply = [weak](int status, const std::string& body) {
      if (const auto self = weak.lock()) self->write(reply_text(status, body));
    };
    const std::string_view line(head.data(), head.find("\r\n") == head.npos
                                                 ? head.size()
                                                 : head.find("\r\n"));
    const std::size_t path_end = line.rfind(" HTTP/1.");
    if (!line.starts_with("GET /") || path_end == line.npos) {
      last_ = true;
      reply(400, "what is that?\n");
      return;
    }
    visitor_->get(std::string(line.substr(4, path_end - 4)), reply);
  }

  void write(std::string text) {
    if (!visitor_) return;
    output_ = std::move(text);
    asio::async_write(
        socket_, asio::buffer(output_),
        [self = shared_from_this()](const error_code& error, std::size_t) {
          self->busy_ = false;
          if (error || self->last_) {
            self->end();
          } else {
            self->next_request();
          }
        });
  }

  void end() {
    visitor_.reset();
    error_code ignored;
    socket_.close(ignored);
  }

  tcp::socket socket_;
  std::unique_ptr<HttpVisitor> visitor_;
  std::array<char, kReadAtOnce> chunk_;
  std::string input_;
  std::string output_;
  bool busy_ = false;
  bool last_ = false;
};

}  // namespace

int serve_http(std::uint16_t port, HttpService& service) {
  try {
    asio::io_context context(1);
    const Acceptor server(context, port, [&](tcp::socket socket) {
      std::make_shared<Session>(std::move(socket), service.visit(context))
          ->read();
    });
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&](const error_code&, int) { context.stop(); });
    if (const std::string line = service.retainer(); !line.empty()) {
      std::printf("%s\n", line.c_str());
    }
    std::printf("listening on 127.0.0.1:%u\n", unsigned{server.port()});
    std::fflush(stdout);
    context.run();
    std::printf("%s\n", service.truth().c_str());
    std::fflush(stdout);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cannot serve on port %u: %s\n", unsigned{port},
                 error.what());
    return 4;
  }
  return 0;
}

}  // namespace specimen
