// A flow played on real connections: order, time, captures, pipelines, what
// is pushed, and what is said of replies that are wrong.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/drivers/common/wire_fixture.h"

namespace tidemark::wire_test {
namespace {

class EngineFlow : public Wire {
 protected:
  static Step send(const std::string& body, Expect expect = {}) {
    Step step;
    step.body = body;
    step.expect = std::move(expect);
    return step;
  }
  static Step receive(Expect expect = {}) {
    Step step;
    step.kind = StepKind::kReceive;
    step.expect = std::move(expect);
    return step;
  }
  static Step think(milliseconds span) {
    Step step;
    step.kind = StepKind::kThink;
    step.think.mean = span;
    return step;
  }
  static Expect equals(const std::string& text) {
    Expect expect;
    expect.equals = text;
    return expect;
  }
  static Expect nothing() {
    Expect expect;
    expect.replies = ReplyRule::kIgnore;
    return expect;
  }

  // Each message of so many bytes is answered with the next of `replies`.
  static Script replies(std::size_t size, std::vector<std::string> texts) {
    return [=](Peer& peer) {
      for (std::size_t i = 0; i < texts.size(); ++i) {
        if (!peer.read_bytes((i + 1) * size)) return;
        peer.say(texts[i]);
      }
      peer.wait_end();
      peer.fin();
    };
  }

  LoadSpec flow(const WireServer& server, std::vector<Step> steps,
                Engine engine = Engine::kTcp) {
    LoadSpec load = spec(engine, server);
    load.flow = std::move(steps);
    return load;
  }
};

TEST_F(EngineFlow, LoopsAndThinkTimesAreCarriedOutInOrder) {
  WireServer server(replies(2, {"A", "B", "B", "B", "C"}));
  Step loop;
  loop.kind = StepKind::kLoop;
  loop.count = 3;
  loop.steps = {send("b;", equals("B")), think(milliseconds(20))};
  const TimePoint start = clock_.now();
  const LoadCounts counts = cycle(
      flow(server, {send("a;", equals("A")), loop, send("c;", equals("C"))}),
      1);
  EXPECT_GE(clock_.now() - start, milliseconds(60));
  EXPECT_TRUE(counts.reasons.empty());
  EXPECT_EQ(counts.messages_sent.value, 5);
  EXPECT_EQ(server.records(1)[0].bytes, "a;b;b;b;c;");
}

TEST_F(EngineFlow, WhatIsCapturedIsUsedInALaterStep) {
  WireServer server([](Peer& peer) {
    peer.read_bytes(1);
    peer.say("id=4711;");
    peer.wait_end();
    peer.fin();
  });
  Expect until;
  until.contains = ";";
  Step first = send("?", until);
  first.captures = {{"id", CaptureFrom::kRegex, "id=([0-9]+)"}};
  cycle(flow(server, {first, send("<{{ id }}>", nothing())}), 1);
  EXPECT_EQ(server.records(1)[0].bytes, "?<4711>");
}

TEST_F(EngineFlow, EachConnectionHasARowOfTheFeeder) {
  char path[] = "/tmp/tidemark-feeder-XXXXXX";
  Fd file(::mkstemp(path));
  const std::string rows = "user\nann\nbob\n";
  ASSERT_EQ(::write(file.get(), rows.data(), rows.size()),
            static_cast<ssize_t>(rows.size()));
  WireServer server(replies(1, {}));
  LoadSpec load = flow(server, {send("{{ user }}", nothing())});
  load.feeders = {{path, {}, false, false}};
  cycle(load, 3);
  std::multiset<std::string> users;
  for (const Record& record : server.records(3)) users.insert(record.bytes);
  EXPECT_EQ(users, (std::multiset<std::string>{"ann", "ann", "bob"}));
  ::unlink(path);
}

TEST_F(EngineFlow, APushIsReceivedWhetherItComesBeforeOrAfterTheStep) {
  for (const bool before : {true, false}) {
    WireServer server([before](Peer& peer) {
      const std::size_t from = answer_upgrade(peer);
      if (before) peer.say("\x81\x04push");
      peer.read_bytes(from + 7);
      peer.say("\x81\x01r");
      if (!before) peer.say("\x81\x04push");
      peer.read_until(std::string("\x88\x82", 2));
      peer.say("\x88\x02\x03\xe8");
      peer.fin();
    });
    Step ask = send("a", equals("r"));
    ask.binary = false;
    LoadSpec load =
        flow(server, {ask, receive(equals("push"))}, Engine::kWebSocket);
    const std::unique_ptr<Driver> driver = make(load);
    ASSERT_TRUE(driver);
    ASSERT_TRUE(driver->open({{"graceful", Count{1}}}));
    ASSERT_TRUE(driver->exercise());
    ASSERT_TRUE(driver->close());
    const LoadCounts counts = accounted(driver->take_counts());
    const LoadTimes times = driver->take_times();
    EXPECT_EQ(times.reply.count(), 2U);  // the push was waited for, too
    EXPECT_EQ(times.handshake.count(), 1U);
    EXPECT_GE(times.playing, times.reply.min());
    // Taken once: the next cycle begins at zero.
    const LoadTimes again = driver->take_times();
    EXPECT_EQ(again.reply.count() + again.handshake.count(), 0U);
    EXPECT_EQ(again.playing, Duration{});
    if (before) {
      // The push may come with the opening or after the question; then it is
      // taken for the reply, as a client without message numbers would.
      EXPECT_EQ(counts.messages_received.value, 2);
    } else {
      EXPECT_TRUE(counts.reasons.empty());
      EXPECT_EQ(counts.messages_received.value, 2);
    }
  }
}

TEST_F(EngineFlow, WhatIsSentBeforeAReceivingStepIsSentOnce) {
  for (const Engine engine : {Engine::kTcp, Engine::kWebSocket}) {
    WireServer server([engine](Peer& peer) {
      std::size_t from = 0;
      if (engine == Engine::kWebSocket) from = answer_upgrade(peer);
      peer.read_bytes(from + (engine == Engine::kTcp ? 5 : 11));
      peer.say(engine == Engine::kTcp ? "push" : "\x81\x04push");
      if (engine == Engine::kWebSocket) {
        peer.read_until(std::string("\x88\x82", 2));
        peer.say("\x88\x02\x03\xe8");
      }
      peer.wait_end();
      peer.fin();
      peer.record().bytes.erase(0, from);
    });
    Step hello = send("hello", nothing());
    hello.binary = false;
    const LoadCounts counts =
        cycle(flow(server, {hello, receive(equals("push"))}, engine), 1);
    EXPECT_TRUE(counts.reasons.empty());
    EXPECT_EQ(counts.messages_sent.value, 1);
    const std::string bytes = server.records(1)[0].bytes;
    if (engine == Engine::kTcp) {
      EXPECT_EQ(bytes, "hello");
    } else {
      EXPECT_EQ(unmasked(bytes).substr(0, 13),
                std::string("\x81\x85\0\0\0\0hello\x88\x82", 13));
    }
  }
}

TEST_F(EngineFlow, APipelineHasSoManyRequestsOnTheWay) {
  std::string four;
  for (int i = 0; i < 4; ++i) four += "*1\r\n$4\r\nPING\r\n";
  WireServer server([four](Peer& peer) {
    // The fifth comes only when the first is answered.
    peer.read_bytes(four.size());
    EXPECT_EQ(peer.wait_end(kSilence), End::kStillOpen);
    EXPECT_EQ(peer.bytes(), four);
    peer.say("+PONG\r\n");
    peer.read_bytes(four.size() * 5 / 4);
    peer.say("+PONG\r\n+PONG\r\n+PONG\r\n+PONG\r\n");
    peer.read_until("QUIT\r\n");
    peer.say("+OK\r\n");
    peer.fin();
  });
  LoadSpec load = spec(Engine::kRedis, server);
  load.traffic = {5, Bytes{0}, true, ReplyRule::kAny};
  load.pipeline = 4;
  const LoadCounts counts = cycle(load, 1);
  EXPECT_EQ(counts.messages_received.value, 5);
  EXPECT_TRUE(counts.reasons.empty());
}

TEST_F(EngineFlow, APipelineWaitsForWhatItCaptures) {
  WireServer server([](Peer& peer) {
    const std::size_t end = peer.read_until("\r\n\r\n");
    EXPECT_EQ(peer.wait_end(kSilence), End::kStillOpen);
    EXPECT_EQ(peer.bytes().size(), end);  // the second waits for the first
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntok7");
    peer.read_until("\r\n\r\n", end);
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    peer.wait_end();
    peer.fin();
  });
  Step login, use;
  login.captures = {{"token", CaptureFrom::kRegex, "tok[0-9]"}};
  use.path = "/{{ token }}";
  LoadSpec load = flow(server, {login, use}, Engine::kHttp);
  load.pipeline = 4;
  EXPECT_TRUE(cycle(load, 1).reasons.empty());
  EXPECT_NE(server.records(1)[0].bytes.find("GET /tok7 "), std::string::npos);
}

TEST_F(EngineFlow, ACaptureThatFindsNothingIsAWrongReply) {
  WireServer server(replies(1, {"no token;"}));
  Expect until;
  until.contains = ";";
  Step first = send("?", until);
  first.captures = {{"id", CaptureFrom::kRegex, "id=([0-9]+)"}};
  const LoadCounts counts = cycle(flow(server, {first}), 1);
  EXPECT_EQ(counts.reply_errors.value, 1);
  EXPECT_EQ(counts.reasons,
            (Reasons{{"`id` was not found in the reply to capture it from",
                      Count{1}}}));
}

TEST_F(EngineFlow, WhatIsWrongWithARepliesIsSaid) {
  const auto reasons = [&](const std::string& reply, Expect expect) {
    WireServer server([&](Peer& peer) {
      peer.read_until("\r\n\r\n");
      peer.say("HTTP/1.1 " + reply);
      peer.wait_end();
      peer.fin();
    });
    Step get;
    get.expect = std::move(expect);
    const LoadCounts counts = cycle(flow(server, {get}, Engine::kHttp), 1);
    EXPECT_EQ(counts.reply_errors.value,
              static_cast<std::int64_t>(counts.reasons.size()));
    return counts.reasons.empty() ? "" : counts.reasons.begin()->first;
  };
  const std::string ok = "200 OK\r\nContent-Length: 5\r\n\r\nhello";
  Expect expect;
  EXPECT_EQ(reasons(ok, expect), "");
  EXPECT_EQ(reasons("404 No\r\nContent-Length: 0\r\n\r\n", expect), "HTTP 404");
  expect.status = 201;
  EXPECT_EQ(reasons(ok, expect), "status 200 instead of 201");
  expect.status = 404;
  EXPECT_EQ(reasons("404 No\r\nContent-Length: 0\r\n\r\n", expect), "");
  expect = {};
  expect.contains = "ell";
  EXPECT_EQ(reasons(ok, expect), "");
  expect.contains = "x";
  EXPECT_EQ(reasons(ok, expect), "a reply did not contain what was expected");
  EXPECT_EQ(reasons(ok, equals("hello")), "");
  EXPECT_EQ(reasons(ok, equals("hell")),
            "a reply differed from what was expected");
  expect = {};
  expect.size = Bytes{5};
  EXPECT_EQ(reasons(ok, expect), "");
  expect.size = Bytes{4};
  EXPECT_EQ(reasons(ok, expect), "a reply of 5 bytes instead of 4");
}

TEST_F(EngineFlow, AReplyThatIsLateIsAnErrorAfterItsOwnTime) {
  WireServer server([](Peer& peer) {
    peer.read_bytes(1);
    peer.say("A");
    peer.wait_end();
    peer.fin();
  });
  // Both on the way at once: the second has its own patience, too.
  Expect late = equals("B");
  late.within = milliseconds(50);
  LoadSpec load = flow(server, {send("a", equals("A")), send("b", late)});
  load.pipeline = 2;
  load.timeouts.response = std::chrono::seconds(15);
  const TimePoint start = clock_.now();
  const LoadCounts counts = cycle(load, 1);
  EXPECT_LT(clock_.now() - start, std::chrono::seconds(10));
  EXPECT_EQ(counts.reply_errors.value, 1);
}

}  // namespace
}  // namespace tidemark::wire_test
