// Our two sides of the wire, each against Boost.Beast's other one.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <memory>
#include <string>

#include "drivers/websocket/responder.h"
#include "tests/unit/drivers/websocket/conversation_fixture.h"
#include "tests/unit/drivers/websocket/listeners.h"

namespace tidemark::websocket_test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Wire = beast::test::stream;
using Error = boost::system::error_code;

// What has come on `end`, taken off it.
std::string taken(Wire& end) {
  std::string bytes(end.str());
  end.clear();
  return bytes;
}

class WebsocketOfBeast : public WebsocketConversation {
 protected:
  WebsocketOfBeast() { beast::test::connect(beast_.next_layer(), ours_); }

  asio::io_context io_;
  Wire ours_{io_};
  beast::websocket::stream<Wire> beast_{io_};
  Error error_;
  beast::flat_buffer buffer_;
};

class BeastsServer : public WebsocketOfBeast {
 protected:
  void open_both() {
    start();
    std::string out;
    conversation_->greet(out);
    say(out);
    beast_.accept(error_);
    ASSERT_FALSE(error_) << error_.message();
    hear();
    ASSERT_EQ(events_.diary, Lines{"open"});
    events_.diary.clear();
  }
  void say(const std::string& bytes) {
    asio::write(ours_, asio::buffer(bytes), error_);
    ASSERT_FALSE(error_) << error_.message();
  }
  void hear() { take(taken(ours_)); }
};

TEST_F(BeastsServer, EchoesOurMessagesInManyFragments) {
  open_both();
  const std::string body(20000, 'x');
  const auto request = prepare(text(body));
  std::string out;
  conversation_->send(*request, {context_, {}}, out);
  events_.request = request.get();
  say(out);
  beast_.read(buffer_, error_);
  ASSERT_FALSE(error_) << error_.message();
  EXPECT_TRUE(beast_.got_text());
  beast_.text(true);
  beast_.write_buffer_bytes(512);
  beast_.auto_fragment(true);
  beast_.write(buffer_.data(), error_);
  hear();
  EXPECT_EQ(events_.diary, Lines{"reply: text " + body});
}

TEST_F(BeastsServer, TakesOurPongsAndOurGoodbye) {
  open_both();
  std::string pong;
  beast_.control_callback([&](auto kind, beast::string_view payload) {
    if (kind == beast::websocket::frame_type::pong) pong = std::string(payload);
  });
  beast_.ping("are you there", error_);
  hear();
  say(events_.written);
  std::string out;
  WeightedClose how;
  how.code = 4001;
  how.reason = "enough";
  conversation_->say_goodbye(how, out);
  say(out);
  beast_.read(buffer_, error_);
  EXPECT_EQ(error_, beast::websocket::error::closed);
  EXPECT_EQ(pong, "are you there");
  EXPECT_EQ(beast_.reason().code, 4001);
  EXPECT_EQ(beast_.reason().reason, "enough");
  hear();
  EXPECT_EQ(events_.diary, Lines{"answered: "});
}

class BeastsClient : public WebsocketOfBeast {
 protected:
  BeastsClient() {
    server_events_.responder = responder_.get();
    server_events_.protocol = stand_in_.get();
  }

  // Lets both sides speak until neither has more to say.
  void talk() {
    for (int quiet = 0; quiet < 2; ++quiet) {
      io_.restart();
      io_.poll();
      const std::string bytes = taken(ours_);
      if (bytes.empty()) continue;
      quiet = 0;
      feed(*responder_, bytes, server_events_);
      asio::write(ours_, asio::buffer(server_events_.written), error_);
      server_events_.written.clear();
    }
  }

  const std::unique_ptr<StandInProtocol> stand_in_ =
      make_websocket_responder({});
  const std::unique_ptr<Responder> responder_ = stand_in_->start();
  ServerEvents server_events_;
  Error done_ = asio::error::in_progress;
};

TEST_F(BeastsClient, OpensSpeaksAndClosesWithOurStandIn) {
  const auto note = [this](Error error, std::size_t = 0) { done_ = error; };
  beast_.async_handshake("localhost", "/chat", note);
  talk();
  ASSERT_FALSE(done_) << done_.message();

  done_ = asio::error::in_progress;
  const std::string body(70000, 'y');
  beast_.async_read(buffer_, note);
  beast_.binary(true);
  beast_.async_write(asio::buffer(body), [](Error, std::size_t) {});
  talk();
  ASSERT_FALSE(done_) << done_.message();
  EXPECT_EQ(beast::buffers_to_string(buffer_.data()), body);
  EXPECT_TRUE(beast_.got_binary());

  done_ = asio::error::in_progress;
  beast_.async_close(
      beast::websocket::close_reason(
          static_cast<beast::websocket::close_code>(4002), "done"),
      note);
  talk();
  ours_.close();
  talk();
  EXPECT_EQ(server_events_.diary.back(), "ended: ");
  EXPECT_EQ(beast_.reason().code, 4002);
}

}  // namespace
}  // namespace tidemark::websocket_test
