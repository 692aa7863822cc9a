// EXPECT leak 2097152 bytes per open connection at feed_reader, feed_writer
//
// A service that is itself a WebSocket client (field case C1): for each client
// that asks for GET /feed it dials the upstream at --feed-port and keeps that
// open until the client leaves. Every dialer has a read and a write buffer of
// its own, of --buffer bytes, of which a few hundred are ever used. Guilty:
// 1 MiB each. Innocent: 16 KiB. Both close everything: nothing stays behind.
// GET /next on the same connection asks the upstream for more and is answered
// when --next bytes of it have come: how fast that is depends on --buffer.
#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
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

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using Buffer = std::unique_ptr<char[]>;

constexpr std::uint64_t kGuiltyBuffer = 1024 * 1024;
constexpr std::uint64_t kInnocentBuffer = 16 * 1024;
constexpr std::uint64_t kNextBytes = 256 * 1024;
constexpr std::string_view kSubscribe = "subscribe";
constexpr std::string_view kNext = "next";
constexpr int kBadGateway = 502;

// Not to be folded into one, though they are the same.
[[gnu::noinline, gnu::no_icf]] Buffer feed_reader(std::size_t size) {
  return Buffer(new char[size]);
}

[[gnu::noinline, gnu::no_icf]] Buffer feed_writer(std::size_t size) {
  return Buffer(new char[size]);
}

struct Upstream {
  std::uint16_t port = 0;
  std::size_t buffer = 0;
  std::uint64_t next = 0;  // bytes that a GET /next waits for
};

// The connection to the upstream; it lives while an operation of its own is
// on its way.
class Feed : public std::enable_shared_from_this<Feed> {
 public:
  Feed(asio::io_context& context, const Upstream& upstream)
      : upstream_(upstream),
        stream_(context),
        reads_(feed_reader(upstream.buffer)),
        writes_(feed_writer(upstream.buffer)) {
    stream_.set_option(
        websocket::stream_base::timeout::suggested(beast::role_type::client));
  }

  void dial(specimen::Reply reply) {
    reply_ = std::move(reply);
    const tcp::endpoint there(asio::ip::address_v4::loopback(), upstream_.port);
    beast::get_lowest_layer(stream_).async_connect(
        there, [self = shared_from_this()](const error_code& error) {
          if (error) return self->answer(kBadGateway, error.message() + "\n");
          self->shake_hands();
        });
  }

  // Answered when so many bytes more have come. REQUIRES: the last request
  // was answered.
  void next(specimen::Reply reply) {
    reply_ = std::move(reply);
    wanted_ = upstream_.next;
    say(kNext, [self = shared_from_this()](const error_code& error) {
      if (error) self->answer(kBadGateway, error.message() + "\n");
    });
  }

  // The client has left.
  void hang_up() {
    reply_ = {};
    left_ = true;
    if (!open_) {
      beast::get_lowest_layer(stream_).cancel();
      return;
    }
    stream_.async_close(websocket::close_code::normal,
                        [self = shared_from_this()](const error_code&) {});
  }

 private:
  void shake_hands() {
    const std::string host = "127.0.0.1:" + std::to_string(upstream_.port);
    stream_.async_handshake(
        host, "/feed", [self = shared_from_this()](const error_code& error) {
          if (error) return self->answer(kBadGateway, error.message() + "\n");
          self->open_ = true;
          if (self->left_) return self->hang_up();
          self->subscribe();
        });
  }

  void subscribe() {
    say(kSubscribe, [self = shared_from_this()](const error_code& error) {
      if (error) return self->answer(kBadGateway, error.message() + "\n");
      self->answer(200, "feeding\n");
      self->read();
    });
  }

  template <class Said>
  void say(std::string_view text, Said said) {
    const std::size_t size = std::min(text.size(), upstream_.buffer);
    std::memcpy(writes_.get(), text.data(), size);
    stream_.async_write(asio::buffer(writes_.get(), size),
                        [said = std::move(said)](const error_code& error,
                                                 std::size_t) { said(error); });
  }

  // What the feed says is dropped.
  void read() {
    if (left_) return;
    stream_.async_read_some(
        asio::buffer(reads_.get(), upstream_.buffer),
        [self = shared_from_this()](const error_code& error, std::size_t size) {
          if (error) return self->answer(kBadGateway, error.message() + "\n");
          self->came(size);
          self->read();
        });
  }

  void came(std::uint64_t size) {
    if (wanted_ == 0) return;
    wanted_ -= std::min(wanted_, size);
    if (wanted_ == 0) answer(200, "there\n");
  }

  void answer(int status, const std::string& body) {
    if (reply_) std::exchange(reply_, {})(status, body);
  }

  Upstream upstream_;
  websocket::stream<beast::tcp_stream> stream_;
  Buffer reads_;
  Buffer writes_;
  specimen::Reply reply_;
  std::uint64_t wanted_ = 0;  // bytes that the request waits for
  bool open_ = false;
  bool left_ = false;
};

class FeedService final : public specimen::HttpService {
 public:
  explicit FeedService(const Upstream& upstream) : upstream_(upstream) {}

  std::unique_ptr<specimen::HttpVisitor> visit(
      asio::io_context& context) override {
    return std::make_unique<Visitor>(*this, context);
  }

  // A feed is in the handler of a read that the reactor waits for. What leads
  // there from a global is Asio's service for signals, which has descriptors
  // of its own in the reactor's list.
  std::string retainer() const override {
    return specimen::retainer_line(
        {.root_kind = "global",
         .root = "boost::asio::detail::get_signal_state()::state",
         .through = {"boost::asio::detail::signal_set_service"},
         .when = "open"});
  }
  std::string truth() const override {
    return specimen::truth_line(
        most_ * 2 * upstream_.buffer, most_ * 2,
        "in " + std::to_string(most_) + " open connections");
  }

 private:
  class Visitor final : public specimen::HttpVisitor {
   public:
    Visitor(FeedService& service, asio::io_context& context)
        : service_(service), context_(context) {}
    ~Visitor() override {
      if (!feed_) return;
      feed_->hang_up();
      --service_.open_;
    }

    void get(const std::string& path, specimen::Reply reply) override {
      if (path == "/next" && feed_) return feed_->next(std::move(reply));
      if (path != "/feed") return reply(404, "try /feed, then /next\n");
      if (feed_) return reply(200, "feeding\n");
      feed_.reset(new Feed(context_, service_.upstream_));
      service_.most_ = std::max(service_.most_, ++service_.open_);
      feed_->dial(std::move(reply));
    }

   private:
    FeedService& service_;
    asio::io_context& context_;
    std::shared_ptr<Feed> feed_;
  };

  Upstream upstream_;
  std::uint64_t open_ = 0;
  std::uint64_t most_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const specimen::Options options(count, arguments);
  const std::uint64_t usual =
      options.guilty() ? kGuiltyBuffer : kInnocentBuffer;
  FeedService service({
      static_cast<std::uint16_t>(options.number("feed-port", 0)),
      options.number("buffer", usual),
      options.number("next", kNextBytes),
  });
  return specimen::serve_http(options.port(), service);
}
