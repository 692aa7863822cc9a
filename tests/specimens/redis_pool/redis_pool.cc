// EXPECT upstream 1 per request at redis_pool, redis_reader, redis_writer
//
// A service that is itself a Redis client (field case C3). Guilty: the handler
// of GET /work makes a pool of its own for each request, with a reader, a
// writer and one connection, and nobody ever closes it. Innocent: one pool is
// made with the first request and shared by all.
#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/http_server.h"
#include "common/options.h"
#include "common/ws_server.h"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Buffer = std::unique_ptr<char[]>;

constexpr std::size_t kReader = 4096;
constexpr std::size_t kWriter = 4096;
constexpr std::size_t kLongestReply = 64 * 1024;
constexpr std::string_view kCommands =
    "*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$4\r\nwork\r\n";
constexpr int kRepliesPerRequest = 2;
constexpr int kBadGateway = 502;

[[gnu::noinline, gnu::no_icf]] Buffer redis_reader() {
  return Buffer(new char[kReader]);
}

[[gnu::noinline, gnu::no_icf]] Buffer redis_writer() {
  return Buffer(new char[kWriter]);
}

// Bytes of the whole reply at the front of `input`; nothing if it is not
// there yet. Simple strings, errors, numbers and bulk strings.
std::optional<std::size_t> reply_size(std::string_view input) {
  const std::size_t line = input.find("\r\n");
  if (line == input.npos) return std::nullopt;
  if (input[0] != '$') return line + 2;
  long size = -1;
  std::from_chars(input.data() + 1, input.data() + line, size);
  if (size < 0) return line + 2;
  const std::size_t whole = line + 2 + static_cast<std::size_t>(size) + 2;
  if (input.size() < whole) return std::nullopt;
  return whole;
}

// One connection and who waits for replies on it. The operation that reads
// keeps it alive until the connection ends.
class RedisPool : public std::enable_shared_from_this<RedisPool> {
 public:
  explicit RedisPool(asio::io_context& context)
      : socket_(context), reader_(redis_reader()), writer_(redis_writer()) {}

  void connect(std::uint16_t port) {
    const tcp::endpoint there(asio::ip::address_v4::loopback(), port);
    socket_.async_connect(there,
                          [self = shared_from_this()](const error_code& error) {
                            if (error) return self->fail(error);
                            self->connected_ = true;
                            self->send();
                            self->read();
                          });
  }

  void ask(specimen::Reply reply) {
    waiting_.push_back(std::move(reply));
    ++unsent_;
    send();
  }

  bool broken() const { return broken_; }

 private:
  void send() {
    if (!connected_ || writing_ || unsent_ == 0) return;
    writing_ = true;
    --unsent_;
    std::memcpy(writer_.get(), kCommands.data(), kCommands.size());
    asio::async_write(
        socket_, asio::buffer(writer_.get(), kCommands.size()),
        [self = shared_from_this()](const error_code& error, std::size_t) {
          self->writing_ = false;
          if (error) return self->fail(error);
          self->send();
        });
  }

  void read() {
    socket_.async_read_some(
        asio::buffer(reader_.get(), kReader),
        [self = shared_from_this()](const error_code& error, std::size_t size) {
          if (error) return self->fail(error);
          self->input_.append(self->reader_.get(), size);
          if (self->input_.size() > kLongestReply) {
            return self->fail(asio::error::message_size);
          }
          self->take_replies();
          self->read();
        });
  }

  void take_replies() {
    while (const auto size = reply_size(input_)) {
      const bool error = input_[0] == '-';
      input_.erase(0, *size);
      failed_ = failed_ || error;
      if (++replies_ < kRepliesPerRequest || waiting_.empty()) continue;
      const specimen::Reply reply = std::move(waiting_.front());
      waiting_.erase(waiting_.begin());
      replies_ = 0;
      if (std::exchange(failed_, false)) {
        reply(kBadGateway, "redis refused\n");
      } else {
        reply(200, "worked\n");
      }
    }
    // What a reply needed is not to be kept until the next.
    if (input_.empty()) std::string().swap(input_);
    if (waiting_.empty()) std::vector<specimen::Reply>().swap(waiting_);
  }

  void fail(const error_code& error) {
    broken_ = true;
    error_code ignored;
    socket_.close(ignored);
    for (const specimen::Reply& reply : std::exchange(waiting_, {})) {
      reply(kBadGateway, error.message() + "\n");
    }
  }

  tcp::socket socket_;
  Buffer reader_;
  Buffer writer_;
  std::string input_;
  std::vector<specimen::Reply> waiting_;
  std::uint64_t unsent_ = 0;
  int replies_ = 0;
  bool failed_ = false;
  bool connected_ = false;
  bool writing_ = false;
  bool broken_ = false;
};

[[gnu::noinline]] std::shared_ptr<RedisPool> redis_pool(
    asio::io_context& context) {
  return std::make_shared<RedisPool>(context);
}

class WorkService final : public specimen::HttpService {
 public:
  WorkService(bool guilty, std::uint16_t redis)
      : guilty_(guilty), redis_(redis) {}

  std::unique_ptr<specimen::HttpVisitor> visit(
      asio::io_context& context) override {
    return std::make_unique<Visitor>(*this, context);
  }

  std::string truth() const override {
    return specimen::truth_line(
        pools_ * (sizeof(RedisPool) + kReader + kWriter), pools_ * 3,
        "kept by " + std::to_string(requests_) + " requests");
  }

 private:
  class Visitor final : public specimen::HttpVisitor {
   public:
    Visitor(WorkService& service, asio::io_context& context)
        : service_(service), context_(context) {}

    void get(const std::string& path, specimen::Reply reply) override {
      if (path != "/work") return reply(404, "try /work\n");
      ++service_.requests_;
      // Guilty: here a close of the pool is missing, after the reply.
      service_.pool(context_)->ask(std::move(reply));
    }

   private:
    WorkService& service_;
    asio::io_context& context_;
  };

  std::shared_ptr<RedisPool> pool(asio::io_context& context) {
    if (shared_ && !shared_->broken()) return shared_;
    std::shared_ptr<RedisPool> pool = redis_pool(context);
    ++pools_;
    pool->connect(redis_);
    if (!guilty_) shared_ = pool;
    return pool;
  }

  bool guilty_;
  std::uint16_t redis_;
  std::shared_ptr<RedisPool> shared_;
  std::uint64_t pools_ = 0;
  std::uint64_t requests_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  WorkService service(
      options.guilty(),
      static_cast<std::uint16_t>(options.number("redis-port", 6379)));
  return specimen::serve_http(options.port(), service);
}
