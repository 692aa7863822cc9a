// Our own four clients against our four stand-ins, in plain and over TLS.
#include <gtest/gtest.h>

#include <string>

#include "drivers/http/responder.h"
#include "drivers/redis/responder.h"
#include "drivers/standin/standin.h"
#include "drivers/tcp/responder.h"
#include "drivers/websocket/responder.h"
#include "tests/unit/drivers/common/tls_files.h"
#include "tests/unit/drivers/common/wire_fixture.h"

namespace tidemark::wire_test {
namespace {

constexpr Engine kAll[] = {Engine::kWebSocket, Engine::kHttp, Engine::kRedis,
                           Engine::kTcp};

class StandIns : public Wire {
 protected:
  static std::unique_ptr<StandIn> start(const StandInSpec& spec) {
    auto protocol = [&]() -> std::unique_ptr<StandInProtocol> {
      switch (spec.engine) {
        case Engine::kHttp:
          return make_http_responder(spec);
        case Engine::kRedis:
          return make_redis_responder(spec);
        case Engine::kTcp:
          return make_tcp_responder(spec);
        default:
          return make_websocket_responder(spec);
      }
    }();
    auto made = make_standin(spec, std::move(protocol));
    EXPECT_TRUE(made);
    return *std::move(made);
  }

  static LoadSpec load(const StandIn& standin, Engine engine,
                       bool secure = false) {
    LoadSpec made;
    made.engine = engine;
    made.url = std::string(scheme_of(engine, secure)) +
               "://127.0.0.1:" + std::to_string(standin.port());
    made.hold = milliseconds(0);
    made.traffic.messages = 3;
    return made;
  }

  // Until all have hung up.
  static void empty(const StandIn& standin) {
    const Time end = std::chrono::steady_clock::now() + kPatience;
    while (standin.counts().open.value > 0 &&
           std::chrono::steady_clock::now() < end)
      std::this_thread::yield();
    EXPECT_EQ(standin.counts().open.value, 0);
  }

  TlsFiles files_;
};

TEST_F(StandIns, AreSpokenToByOurClients) {
  for (const Engine engine : kAll)
    for (const bool secure : {false, true}) {
      SCOPED_TRACE(scheme_of(engine, secure));
      StandInSpec spec;
      spec.engine = engine;
      if (secure) {
        spec.certificate_file = files_.path("service.pem");
        spec.key_file = files_.path("service.key");
      }
      const std::unique_ptr<StandIn> standin = start(spec);
      LoadSpec made = load(*standin, engine, secure);
      made.tls.ca_file = files_.path("ca.pem");
      const LoadCounts counts = cycle(made, 5);
      EXPECT_EQ(counts.opened.value, 5);
      EXPECT_EQ(counts.messages_received.value, 15);
      EXPECT_EQ(counts.closed, (WayCounts{{"graceful", Count{5}}}));
      EXPECT_TRUE(counts.reasons.empty());
      EXPECT_EQ(standin->counts().accepted.value, 5);
      EXPECT_TRUE(standin->counts().troubles.empty());
      empty(*standin);
    }
}

TEST_F(StandIns, AnswersAreDelayedAndEndTheirConnections) {
  for (const CloseBehavior close :
       {CloseBehavior::kGraceful, CloseBehavior::kFin, CloseBehavior::kReset}) {
    StandInSpec spec;
    spec.engine = Engine::kTcp;
    StandInRule rule;
    rule.echo = true;
    rule.delay = milliseconds(30);
    rule.every = 3;
    rule.close = close;
    spec.rules = {rule};
    const std::unique_ptr<StandIn> standin = start(spec);
    const TimePoint begun = clock_.now();
    LoadSpec made = load(*standin, Engine::kTcp);
    made.hold = milliseconds(100);
    const LoadCounts counts = cycle(made, 1);
    EXPECT_GE(clock_.now() - begun, milliseconds(30));
    EXPECT_EQ(counts.early_closed.value, 1);
    empty(*standin);
  }
}

TEST_F(StandIns, RememberWhoIsThere) {
  StandInSpec spec;
  spec.engine = Engine::kHttp;
  const std::unique_ptr<StandIn> standin = start(spec);
  const std::unique_ptr<Driver> driver = make(load(*standin, Engine::kHttp));
  ASSERT_TRUE(driver->open({{"graceful", Count{2}}}));
  ASSERT_TRUE(driver->exercise());
  const auto open = standin->open_connections(10);
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].number.value, 1);
  EXPECT_EQ(open[0].opened_by, "GET /");
  EXPECT_EQ(standin->open_connections(1).size(), 1u);
  ASSERT_TRUE(driver->close());
  empty(*standin);
}

}  // namespace
}  // namespace tidemark::wire_test
