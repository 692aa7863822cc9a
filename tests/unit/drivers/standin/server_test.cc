// Whose turn it is, on sockets whose both ends the test holds.
#include "drivers/standin/server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "drivers/http/responder.h"
#include "drivers/websocket/responder.h"

namespace tidemark::standin {
namespace {

// A protocol in which every byte is a request, answered by itself.
class BytesAreRequests final : public StandInProtocol {
 public:
  std::unique_ptr<Responder> start() override {
    class Echo final : public Responder {
     public:
      void take(std::span<std::uint8_t> input,
                ResponderEvents& events) override {
        for (std::size_t i = 0; i < input.size(); ++i) events.asked({"", "x"});
      }
      bool answer(const StandInRule*, std::string_view,
                  std::string& out) override {
        out += 'x';
        return true;
      }
      void say_goodbye(std::string&) override {}
    };
    return std::make_unique<Echo>();
  }
  bool fits(const StandInRule&, const Asked&) const override { return true; }
};

std::pair<Fd, Fd> connected() {
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                         ends),
            0);
  return {Fd(ends[0]), Fd(ends[1])};
}

// A handshake and frames whose mask is zero.
const std::string kUpgrade =
    "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";
const std::string kMessage = "\x81\x84" + std::string(4, '\0') + "last";
const std::string kClose = "\x88\x82" + std::string(4, '\0') + "\x03\xe8";

class Turns : public ::testing::Test {
 protected:
  void serve(const StandInSpec& spec,
             std::unique_ptr<StandInProtocol> protocol =
                 std::make_unique<BytesAreRequests>()) {
    server_.emplace(spec, std::move(protocol), std::nullopt, TimePoint{});
  }

  // Tells the server of what its sockets have, and lets it do what is due.
  TimePoint step(TimePoint now) {
    for (const epoll_event& event : reactor_->wait(Duration(0)))
      server_->on_event(event.data.u64, event.events, *reactor_, now);
    return server_->run_due(*reactor_, now);
  }

  // All that is said to these bytes, sent at once; and whether FIN follows.
  std::pair<std::string, bool> answer_to(const std::string& bytes) {
    auto [ours, theirs] = connected();
    server_->accept(std::move(theirs), *reactor_, TimePoint{});
    EXPECT_EQ(::send(ours.get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
    step(TimePoint{});
    std::string said(64 << 10, 0);
    const ssize_t got = ::recv(ours.get(), said.data(), said.size(), 0);
    said.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    char more = 0;
    return {said, ::recv(ours.get(), &more, 1, 0) == 0};
  }

  Result<Reactor> reactor_ = Reactor::make();
  std::optional<Server> server_;
};

TEST_F(Turns, OneThatSendsWithoutEndIsInterrupted) {
  serve({});
  auto [ours, theirs] = connected();
  const int wide = 1 << 20;
  ::setsockopt(ours.get(), SOL_SOCKET, SO_SNDBUF, &wide, sizeof(wide));
  server_->accept(std::move(theirs), *reactor_, TimePoint{});
  // As much as the kernel takes: more than a read buffer, and refilled.
  const std::string much(64 << 10, 'x');
  std::int64_t sent = 0;
  std::string answers(1 << 20, 0);
  const auto fill = [&] {
    while (true) {
      const ssize_t done = ::send(ours.get(), much.data(), much.size(), 0);
      if (done <= 0) return;
      sent += done;
    }
  };
  fill();
  std::int64_t most = 0;
  for (int turn = 0; turn < 4; ++turn) {
    const std::int64_t before = server_->counts().received.value;
    step(TimePoint{});
    most = std::max(most, server_->counts().received.value - before);
    while (::recv(ours.get(), answers.data(), answers.size(), 0) > 0) {
    }
    fill();
  }
  EXPECT_GT(sent, 0);
  EXPECT_LE(most, 8 * (64 << 10));  // kReadsInARow, by event and by turn
  // Nothing is forgotten: it is read to its end without another event.
  while (step(TimePoint{}) == TimePoint{})
    while (::recv(ours.get(), answers.data(), answers.size(), 0) > 0) {
    }
  EXPECT_EQ(server_->counts().received.value, sent);
}

TEST_F(Turns, AClientWaitsOnceHoweverMuchItAsksMeanwhile) {
  StandInSpec spec;
  StandInRule late;
  late.delay = std::chrono::seconds(1);
  spec.rules = {late};
  serve(spec);
  auto [ours, theirs] = connected();
  server_->accept(std::move(theirs), *reactor_, TimePoint{});
  const TimePoint due = TimePoint{} + late.delay;
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(::send(ours.get(), "x", 1, 0), 1);
    EXPECT_EQ(step(TimePoint{}), due);
  }
  EXPECT_EQ(step(due), TimePoint::max());  // one answer of it gave all five
  EXPECT_EQ(server_->counts().sent.value, 5);
}

TEST_F(Turns, NothingIsAnsweredBehindAnAnswerThatEndsIt) {
  StandInSpec spec;
  StandInRule last;
  last.when = "/last";
  last.headers = {{"Connection", "close"}};
  last.reply = "bye";
  StandInRule late;
  late.delay = std::chrono::hours(1);
  spec.rules = {last, late};
  serve(spec, make_http_responder(spec));
  const std::string asked =
      "GET /last HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /more HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(answer_to(asked),
            std::pair(std::string("HTTP/1.1 200 OK\r\nConnection: close\r\n"
                                  "Content-Type: text/plain\r\n"
                                  "Content-Length: 3\r\n\r\nbye"),
                      true));
  EXPECT_EQ(server_->run_due(*reactor_, TimePoint{}), TimePoint::max());
}

TEST_F(Turns, NothingFollowsARefusedHandshake) {
  StandInSpec spec;
  StandInRule refusal;
  refusal.when = "handshake";
  refusal.status = 403;
  spec.rules = {refusal};
  serve(spec, make_websocket_responder(spec));
  const auto [said, ended] = answer_to(kUpgrade + kMessage + kMessage);
  EXPECT_TRUE(said.starts_with("HTTP/1.1 403 ")) << said;
  EXPECT_TRUE(said.ends_with("\r\n\r\n")) << said;
  EXPECT_TRUE(ended);
}

TEST_F(Turns, ACloseFrameAnswersTheLastMessageBeforeIt) {
  serve({}, make_websocket_responder({}));
  const auto [said, ended] = answer_to(kUpgrade + kMessage + kClose);
  EXPECT_TRUE(said.starts_with("HTTP/1.1 101 ")) << said;
  EXPECT_TRUE(said.ends_with("\r\n\r\n\x81\x04last\x88\x02\x03\xe8")) << said;
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace tidemark::standin
