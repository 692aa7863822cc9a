// Every way to end a connection, of every protocol, as the other side of the
// wire sees it: bytes, then FIN, RST or nothing.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/drivers/common/wire_fixture.h"

namespace tidemark::wire_test {
namespace {

using B = CloseBehavior;

// What a service does after the opening; `from` is where that ends.
using After = std::function<void(Peer&, std::size_t from)>;

// The opening of each protocol, answered; then `after`.
Script service(Engine engine, After after = {}) {
  return [engine, after = std::move(after)](Peer& peer) {
    std::size_t from = 0;
    if (engine == Engine::kWebSocket) from = answer_upgrade(peer);
    if (from == std::string::npos) return;
    if (after) after(peer, from);
    if (peer.fd() < 0) return;
    if (!peer.given_up()) peer.wait_end();
    // What the WebSocket handshake was is known.
    peer.record().bytes.erase(0, from);
  };
}

WeightedClose way(CloseBehavior behavior, bool by_reset = true,
                  std::uint32_t after_bytes = 0) {
  WeightedClose close;
  close.behavior = behavior;
  close.then_reset = by_reset;
  close.after_bytes = after_bytes;
  close.hold = milliseconds(300);
  return close;
}

constexpr Engine kAll[] = {Engine::kWebSocket, Engine::kHttp, Engine::kRedis,
                           Engine::kTcp};

// For what the service is to do once the end has begun.
class Opened final : public EngineUser {
 public:
  void on_open(SlotId id) override { open.push_back(id); }
  void on_played(SlotId, bool) override {}
  void on_gone(SlotId, Fate) override {}
  std::vector<SlotId> open;
};

// Goes on by itself, and over a hold when it is told to.
class SkippingClock final : public Clock {
 public:
  TimePoint now() const override {
    return std::chrono::steady_clock::now() + skipped_;
  }
  void sleep(Duration) override {}
  void skip(Duration span) { skipped_ += span; }

 private:
  Duration skipped_{};
};

class Behaviors : public Wire {
 protected:
  // Two connections go `close`; each is counted once, as that, and no
  // descriptor of ours is left. What the service saw of them.
  std::vector<Record> ends(Engine engine, const WeightedClose& close,
                           After after = {}, std::int64_t opened = 2) {
    SCOPED_TRACE(std::string(scheme_of(engine)) + " " +
                 to_word(close.behavior));
    WireServer server(service(engine, std::move(after)));
    server_ = &server;
    const LoadSpec load = spec(engine, server, close);
    const std::unique_ptr<Driver> driver = make(load);
    if (!driver) return {};
    EXPECT_TRUE(driver->open({{to_word(close.behavior), Count{2}}}));
    EXPECT_TRUE(driver->exercise());
    EXPECT_TRUE(driver->close());
    server.signal("closed");
    EXPECT_EQ(connected_to(server.port()), 0);
    counts_ = accounted(driver->take_counts());
    EXPECT_EQ(counts_.attempted.value, 2);
    EXPECT_EQ(counts_.opened.value, opened);
    EXPECT_EQ(counts_.closed, (WayCounts{{to_word(close.behavior), Count{2}}}));
    return server.records(2);
  }

  // The same, where `after` waits until both ends have begun ("ended"); they
  // are held until it is over for both.
  std::vector<Record> ends_begun(Engine engine, WeightedClose close,
                                 After after) {
    SCOPED_TRACE(std::string(scheme_of(engine)) + " " +
                 to_word(close.behavior));
    close.hold = std::chrono::hours(1);
    SkippingClock clock;
    std::atomic<int> over = 0;
    WireServer server(service(engine, [&](Peer& peer, std::size_t from) {
      server_->wait_for("ended");
      after(peer, from);
      ++over;
    }));
    server_ = &server;
    Result<EngineSetup> setup = make_setup(spec(engine, server, close));
    EXPECT_TRUE(setup);
    Opened user;
    auto engine_made =
        FlowEngine::make(*std::move(setup), clock, cancellation_, user);
    EXPECT_TRUE(engine_made);
    FlowEngine& load = **engine_made;
    load.reserve(2);
    for (int i = 0; i < 2; ++i) load.start(0, Count{2});
    while (user.open.size() < 2 && load.alive() > 0)
      EXPECT_TRUE(load.turn(TimePoint::max()));
    for (const SlotId id : user.open) load.end(id);
    server.signal("ended");
    // A turn ends by itself when a tick is over.
    while (over < 2 && load.alive() > 0)
      EXPECT_TRUE(load.turn(TimePoint::max()));
    clock.skip(close.hold);
    while (load.alive() > 0) EXPECT_TRUE(load.turn(TimePoint::max()));
    EXPECT_EQ(connected_to(server.port()), 0);
    counts_ = accounted(load.take_counts());
    EXPECT_EQ(counts_.closed, (WayCounts{{to_word(close.behavior), Count{2}}}));
    return server.records(2);
  }

  // Each of them sent `bytes` and ended in this way.
  static void expect(const std::vector<Record>& records, End end,
                     const std::string& bytes, bool masked = false) {
    for (const Record& record : records) {
      EXPECT_EQ(record.end, end);
      EXPECT_EQ(masked ? unmasked(record.bytes) : record.bytes, bytes);
    }
  }

  WireServer* server_ = nullptr;
  LoadCounts counts_;
};

const std::string kNoMask(4, '\0');
const std::string kClose1000 = "\x88\x82" + kNoMask + "\x03\xe8";

TEST_F(Behaviors, AGracefulEndIsTheProtocolsGoodByeAnsweredAndFin) {
  expect(ends(Engine::kWebSocket, way(B::kGraceful),
              [](Peer& peer, std::size_t from) {
                peer.read_bytes(from + 8);
                peer.say("\x88\x02\x03\xe8");
                peer.fin();
              }),
         End::kFin, kClose1000, true);
  EXPECT_EQ(counts_.close_timeouts.value, 0);
  expect(ends(Engine::kRedis, way(B::kGraceful),
              [](Peer& peer, std::size_t) {
                peer.read_until("QUIT\r\n");
                peer.say("+OK\r\n");
                peer.fin();
              }),
         End::kFin, "*1\r\n$4\r\nQUIT\r\n");
  EXPECT_EQ(counts_.close_timeouts.value, 0);
  for (const Engine engine : {Engine::kHttp, Engine::kTcp}) {
    // The FIN is the good-bye, and what comes after it is taken still.
    expect(ends(engine, way(B::kGraceful),
                [](Peer& peer, std::size_t) {
                  peer.wait_end();
                  peer.fin();
                }),
           End::kFin, "");
    EXPECT_EQ(counts_.close_timeouts.value, 0);
  }
}

TEST_F(Behaviors, AGoodByeWithoutWaitingIsFollowedByFinAtOnce) {
  expect(ends(Engine::kWebSocket, way(B::kCloseNoWait)), End::kFin, kClose1000,
         true);
  expect(ends(Engine::kRedis, way(B::kCloseNoWait)), End::kFin,
         "*1\r\n$4\r\nQUIT\r\n");
  EXPECT_EQ(counts_.close_timeouts.value, 0);
}

TEST_F(Behaviors, AFinIsAFinAndNothingElse) {
  for (const Engine engine : kAll)
    expect(ends(engine, way(B::kFin)), End::kFin, "");
}

TEST_F(Behaviors, AResetIsAResetAndNothingElse) {
  for (const Engine engine : kAll)
    expect(ends(engine, way(B::kReset)), End::kReset, "");
}

TEST_F(Behaviors, AfterHalfACloseWhatTheServiceSendsIsTaken) {
  // Sent in answer to the FIN: were our side closed, the service would be
  // reset for it.
  const auto late = [](const std::string& bytes) {
    return [bytes](Peer& peer, std::size_t) {
      EXPECT_EQ(peer.wait_end(), End::kFin);
      EXPECT_TRUE(peer.say(bytes));
      peer.fin();
    };
  };
  WeightedClose half = way(B::kHalfClose);
  half.hold = std::chrono::hours(1);  // the service's FIN ends it
  expect(ends(Engine::kWebSocket, half, late("\x82\x04late")), End::kFin, "");
  EXPECT_EQ(counts_.messages_received.value, 2);
  expect(ends(Engine::kTcp, half, late("late")), End::kFin, "");
  EXPECT_EQ(counts_.messages_received.value, 2);
  expect(ends(Engine::kRedis, half,
              late("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n")),
         End::kFin, "");
  expect(ends(Engine::kHttp, half, late("late")), End::kFin, "");
}

TEST_F(Behaviors, HalfACloseEndsAfterItsHoldByItself) {
  for (const Engine engine : kAll) {
    WeightedClose half = way(B::kHalfClose);
    half.hold = milliseconds(20);
    expect(ends(engine, half), End::kFin, "");
  }
}

TEST_F(Behaviors, AHalfOpenConnectionVanishesWithoutAWord) {
  const Status may = may_vanish();
  if (!may) {
    EXPECT_EQ(may.error().message,
              "the behaviour half_open needs TCP_REPAIR, which the kernel "
              "refuses: Operation not permitted");
    EXPECT_EQ(may.error().hint,
              "give tidemark the right: sudo setcap cap_net_admin+ep "
              "$(which tidemark), or run it as root; or take half_open out "
              "of `close`");
    EXPECT_EQ(may.error().kind, ErrorKind::kEnvironment);
    return;
  }
  for (const Engine engine : kAll)
    expect(ends(engine, way(B::kHalfOpen),
                [this](Peer& peer, std::size_t) {
                  server_->wait_for("closed");
                  peer.wait_end(kSilence);
                  peer.give_up();
                }),
           End::kStillOpen, "");
}

TEST_F(Behaviors, AStalledConnectionClosesItsWindow) {
  for (const Engine engine : kAll) {
    for (const bool by_reset : {true, false}) {
      const auto records =
          ends_begun(engine, way(B::kStall, by_reset),
                     [](Peer& peer, std::size_t) { peer.flood(); });
      // With so much unread the kernel makes a reset of a FIN.
      expect(records, End::kReset, "");
      for (const Record& record : records) EXPECT_TRUE(record.blocked);
    }
    expect(ends(engine, way(B::kStall, false)), End::kFin, "");
  }
}

TEST_F(Behaviors, ASlowReaderHasASmallWindowAndTakesATrickle) {
  const std::map<Engine, std::string> kPushed = {
      {Engine::kWebSocket, "\x82\x01x"}, {Engine::kTcp, "x"}};
  for (const auto& [engine, message] : kPushed) {
    WeightedClose slow = way(B::kSlowReader);
    slow.read_rate = Bytes{64 << 10};
    std::string messages;
    while (messages.size() < 9000) messages += message;
    const auto records = ends_begun(engine, slow, [&](Peer& peer, std::size_t) {
      peer.flood(messages, milliseconds(20));
      const Time end = std::chrono::steady_clock::now() + kPatience;
      pollfd wait{peer.fd(), POLLRDHUP, 0};
      while (peer.taken() == peer.record().taken &&
             std::chrono::steady_clock::now() < end &&
             ::poll(&wait, 1, 5) == 0) {
      }
      if (peer.taken() > peer.record().taken) peer.record().note = "trickles";
    });
    for (const Record& record : records) {
      EXPECT_TRUE(record.blocked);
      EXPECT_LE(record.taken, 64 << 10);
      EXPECT_EQ(record.note, "trickles");
      EXPECT_EQ(record.end, End::kReset);
    }
    EXPECT_GT(counts_.messages_received.value, 0);
  }
}

TEST_F(Behaviors, ASlowReaderOfALongReplyHasASmallWindow) {
  const std::map<Engine, std::string> kBegun = {
      {Engine::kHttp, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"},
      {Engine::kRedis, "$100000000\r\n"}};
  for (const auto& [engine, begun] : kBegun) {
    WireServer server([&](Peer& peer) {
      peer.read_some();
      peer.say(begun);
      peer.flood();
    });
    LoadSpec load = spec(engine, server, way(B::kSlowReader, false));
    load.traffic.messages = 1;
    load.timeouts.response = milliseconds(300);
    EXPECT_EQ(cycle(load, 2).closed, (WayCounts{{"slow_reader", Count{2}}}));
    EXPECT_EQ(connected_to(server.port()), 0);
    for (const Record& record : server.records(2)) {
      EXPECT_TRUE(record.blocked);
      EXPECT_LE(record.taken, 64 << 10);
    }
  }
}

TEST_F(Behaviors, AbortedHandshakesAreCutWhereTheyAreAskedToBe) {
  for (const bool by_reset : {true, false}) {
    const End end = by_reset ? End::kReset : End::kFin;
    const WeightedClose cut = way(B::kAbortMidHandshake, by_reset, 16);
    expect(ends(Engine::kWebSocket, cut, {}, 0), end, "GET / HTTP/1.1\r\n");
    expect(ends(Engine::kHttp, cut, {}, 0), end, "GET / HTTP/1.1\r\n");
  }
}

TEST_F(Behaviors, AHandshakeIsHalfSentUnlessItIsSaidHowMuch) {
  for (const Engine engine : {Engine::kWebSocket, Engine::kHttp})
    for (const Record& record :
         ends(engine, way(B::kAbortMidHandshake), {}, 0)) {
      EXPECT_TRUE(record.bytes.starts_with("GET / HTTP/1.1\r\n"));
      EXPECT_EQ(record.bytes.find("\r\n\r\n"), record.bytes.npos);
    }
}

TEST_F(Behaviors, AbortedFramesAndFragmentsAreCutWhereTheyAreAskedToBe) {
  for (const bool by_reset : {true, false}) {
    const End end = by_reset ? End::kReset : End::kFin;
    expect(
        ends(Engine::kWebSocket, way(B::kAbortMidFrame, by_reset, 10)), end,
        "\x82\xfe\x04" + std::string(1, '\0') + kNoMask + std::string(2, '\0'),
        true);
    expect(ends(Engine::kWebSocket, way(B::kAbortMidFragment, by_reset, 7)),
           end, "\x01\x87" + kNoMask + "xxxxxxx", true);
  }
  for (const Record& record : ends(Engine::kWebSocket, way(B::kAbortMidFrame)))
    EXPECT_EQ(record.bytes.size(), (1024u + 8) / 2);
}

TEST_F(Behaviors, AnAbortedBodyIsHalfOfWhatWasAnnounced) {
  for (const bool by_reset : {true, false})
    for (const Record& record :
         ends(Engine::kHttp, way(B::kAbortMidBody, by_reset, 100))) {
      EXPECT_EQ(record.end, by_reset ? End::kReset : End::kFin);
      EXPECT_TRUE(record.bytes.starts_with("POST / HTTP/1.1\r\n"));
      EXPECT_TRUE(record.bytes.ends_with("Content-Length: 200\r\n\r\n" +
                                         std::string(100, 'x')));
    }
}

TEST_F(Behaviors, ABodyAskedForIsLeftUnread) {
  for (const bool by_reset : {true, false}) {
    WeightedClose unread = way(B::kUnreadBody, by_reset);
    unread.hold = std::chrono::hours(1);  // its first bytes end it
    for (const Record& record :
         ends(Engine::kHttp, unread, [](Peer&peer, std::size_t) {
           peer.read_until("\r\n\r\n");
           peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
         })) {
      EXPECT_TRUE(record.bytes.starts_with("GET / HTTP/1.1\r\n"));
      EXPECT_TRUE(record.bytes.ends_with("\r\n\r\n"));
      EXPECT_EQ(record.end, End::kReset);
    }
  }
}

TEST_F(Behaviors, ABodyThatNeverComesIsLeftAfterItsHold) {
  WeightedClose unread = way(B::kUnreadBody, false);
  unread.hold = milliseconds(20);
  for (const Record& record : ends(Engine::kHttp, unread))
    EXPECT_EQ(record.end, End::kFin);
}

TEST_F(Behaviors, AbortedCommandsAndMessagesAreCutWhereTheyAreAskedToBe) {
  for (const bool by_reset : {true, false}) {
    const End end = by_reset ? End::kReset : End::kFin;
    expect(ends(Engine::kRedis, way(B::kAbortMidCommand, by_reset, 9)), end,
           "*5\r\n$3\r\nS");
    for (const Record& record :
         ends(Engine::kTcp, way(B::kAbortMidMessage, by_reset, 3))) {
      EXPECT_EQ(record.end, end);
      EXPECT_EQ(record.bytes.size(), 3u);
    }
    // Of a message of 64 bytes.
    for (const Record& record :
         ends(Engine::kTcp, way(B::kAbortMidMessage, by_reset)))
      EXPECT_EQ(record.bytes.size(), 32u);
  }
}

TEST_F(Behaviors, RepliesAskedForAreLeftUnread) {
  const std::string pair =
      "*1\r\n$7\r\nCOMMAND\r\n*2\r\n$4\r\nECHO\r\n$4096"
      "\r\n" +
      std::string(4096, 'x') + "\r\n";
  std::string all;
  for (int i = 0; i < 32; ++i) all += pair;
  for (const bool by_reset : {true, false}) {
    WeightedClose unread = way(B::kUnreadReplies, by_reset);
    unread.hold = std::chrono::hours(1);
    expect(ends(Engine::kRedis, unread,
                [&](Peer& peer, std::size_t) {
                  peer.read_bytes(all.size());
                  peer.say("+OK\r\n");
                }),
           End::kReset, all);
  }
}

TEST_F(Behaviors, ASubscriberIsGoneOnceItIsSubscribed) {
  const std::string asked =
      "*2\r\n$9\r\nSUBSCRIBE\r\n$13\r\ntidemark:gone\r\n"
      "*2\r\n$10\r\nPSUBSCRIBE\r\n$10\r\ntidemark:*\r\n";
  for (const bool by_reset : {true, false}) {
    WeightedClose gone = way(B::kSubscribedThenGone, by_reset);
    gone.hold = std::chrono::hours(1);
    expect(ends(Engine::kRedis, gone,
                [&](Peer& peer, std::size_t) {
                  peer.read_bytes(asked.size());
                  peer.say(
                      "*3\r\n$9\r\nsubscribe\r\n$13\r\ntidemark:gone"
                      "\r\n:1\r\n");
                }),
           by_reset ? End::kReset : End::kFin, asked);
  }
}

TEST_F(Behaviors, AServicesCloseIsIgnoredUntilTheHoldIsOver) {
  expect(ends_begun(Engine::kWebSocket, way(B::kIgnoreClose),
                    [](Peer& peer, std::size_t) {
                      peer.say("\x88\x02\x03\xe8");
                      EXPECT_EQ(peer.wait_end(kSilence), End::kStillOpen);
                    }),
         End::kFin, "");
}

}  // namespace
}  // namespace tidemark::wire_test
