// EXPECT upstream 1 per request at redis_pool, redis_reader, redis_writer
//
// A service that is itself a Redis client (field case C3), a blocking one as
// many are. Guilty: the handler of GET /work makes a pool of its own for each
// request, with a reader, a writer and one connection, and nobody ever closes
// it. Innocent: one pool is made with the first request and shared by all.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/http_server.h"
#include "common/options.h"
#include "common/retainer.h"
#include "common/ws_server.h"

namespace {

using Buffer = std::unique_ptr<char[]>;

constexpr std::size_t kReader = 4096;
constexpr std::size_t kWriter = 4096;
constexpr std::string_view kCommands =
    "*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$4\r\nwork\r\n";
constexpr int kReplies = 2;
constexpr timeval kPatience{5, 0};
constexpr int kBadGateway = 502;

// Not to be folded into one, though they are the same.
[[gnu::noinline, gnu::no_icf]] Buffer redis_reader() {
  return Buffer(new char[kReader]);
}

[[gnu::noinline, gnu::no_icf]] Buffer redis_writer() {
  return Buffer(new char[kWriter]);
}

// Bytes of the reply at the front of `input`: a simple string, an error, a
// number or a bulk string. 0: it is not all there yet.
std::size_t reply_size(std::string_view input) {
  const std::size_t line = input.find("\r\n");
  if (line == input.npos) return 0;
  long size = -1;
  if (input[0] == '$') {
    std::from_chars(input.data() + 1, input.data() + line, size);
  }
  if (size < 0) return line + 2;
  const std::size_t whole = line + 2 + static_cast<std::size_t>(size) + 2;
  return input.size() < whole ? 0 : whole;
}

class RedisPool {
 public:
  explicit RedisPool(std::uint16_t port)
      : reader_(redis_reader()), writer_(redis_writer()) {
    connection_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::setsockopt(connection_, SOL_SOCKET, SO_RCVTIMEO, &kPatience,
                 sizeof kPatience);
    sockaddr_in there = {};
    there.sin_family = AF_INET;
    there.sin_port = htons(port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* address = reinterpret_cast<const sockaddr*>(&there);
    good_ = ::connect(connection_, address, sizeof there) == 0;
  }
  ~RedisPool() { ::close(connection_); }
  RedisPool(const RedisPool&) = delete;
  RedisPool& operator=(const RedisPool&) = delete;

  bool good() const { return good_; }

  // Whether Redis answered.
  bool work() {
    if (!good_) return false;
    std::memcpy(writer_.get(), kCommands.data(), kCommands.size());
    const ssize_t sent =
        ::send(connection_, writer_.get(), kCommands.size(), MSG_NOSIGNAL);
    good_ = sent == static_cast<ssize_t>(kCommands.size()) && read_replies();
    return good_;
  }

 private:
  bool read_replies() {
    std::size_t filled = 0;
    std::size_t taken = 0;
    for (int replies = 0; replies < kReplies;) {
      const std::size_t size =
          reply_size({reader_.get() + taken, filled - taken});
      if (size > 0) {
        taken += size;
        ++replies;
        continue;
      }
      const ssize_t got =
          ::recv(connection_, reader_.get() + filled, kReader - filled, 0);
      if (got <= 0) return false;
      filled += static_cast<std::size_t>(got);
    }
    return true;
  }

  Buffer reader_;
  Buffer writer_;
  int connection_ = -1;
  bool good_ = false;
};

[[gnu::noinline]] RedisPool* redis_pool(std::uint16_t port) {
  return new RedisPool(port);
}

class WorkService final : public specimen::HttpService {
 public:
  WorkService(bool guilty, std::uint16_t redis)
      : guilty_(guilty), redis_(redis) {}

  std::unique_ptr<specimen::HttpVisitor> visit(
      boost::asio::io_context&) override {
    return std::make_unique<Visitor>(*this);
  }

  // Its address is dropped with the answer.
  std::string retainer() const override {
    if (!guilty_) return {};
    return specimen::retainer_line({.held = "unreachable", .through = {}});
  }
  std::string truth() const override {
    return specimen::truth_line(
        left_ * (sizeof(RedisPool) + kReader + kWriter), left_ * 3,
        "kept by " + std::to_string(requests_) + " requests");
  }

 private:
  class Visitor final : public specimen::HttpVisitor {
   public:
    explicit Visitor(WorkService& service) : service_(service) {}

    void get(const std::string& path, specimen::Reply reply) override {
      if (path != "/work") return reply(404, "try /work\n");
      if (service_.work()) return reply(200, "worked\n");
      reply(kBadGateway, "redis does not answer\n");
    }

   private:
    WorkService& service_;
  };

  bool work() {
    ++requests_;
    if (guilty_) {
      RedisPool* pool = redis_pool(redis_);
      ++left_;  // instead of a delete, which closes it
      return pool->work();
    }
    if (!shared_ || !shared_->good()) shared_.reset(redis_pool(redis_));
    return shared_->work();
  }

  bool guilty_;
  std::uint16_t redis_;
  std::unique_ptr<RedisPool> shared_;
  std::uint64_t left_ = 0;
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
