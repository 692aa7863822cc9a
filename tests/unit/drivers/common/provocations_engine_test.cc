// Provocations on the wire: sent instead of an opening, on an open connection
// or instead of TLS; ended as they should be; and the answers kept.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/unit/drivers/common/tls_files.h"
#include "tests/unit/drivers/common/wire_fixture.h"

namespace tidemark::wire_test {
namespace {

using When = Provocation::When;
using Then = Provocation::Then;
using Answers = std::map<std::string, Count>;

class Provoked : public Wire {
 protected:
  static std::unique_ptr<Protocol> protocol_of(Engine engine) {
    LoadSpec load;
    load.engine = engine;
    return *make_protocol(load, {scheme_of(engine), "127.0.0.1", 1, "/"});
  }

  // The first of the catalogue that is so.
  static std::string named(Engine engine, When when, Then then) {
    const auto protocol = protocol_of(engine);
    for (const Provocation& found : protocol->provocations())
      if (found.when == when && found.then == then)
        return std::string(found.name);
    ADD_FAILURE() << "no such provocation";
    return {};
  }

  static WeightedClose closing_with(const std::string& name) {
    WeightedClose close;
    close.behavior = CloseBehavior::kProvocation;
    close.provocation = name;
    close.hold = milliseconds(300);
    return close;
  }

  // What two of them were answered with.
  Answers answers(const LoadSpec& load) {
    const LoadCounts counts = cycle(load, 2);
    const std::string name = load.close[0].provocation;
    EXPECT_EQ(counts.attempted.value, 2);
    EXPECT_EQ(counts.closed, (WayCounts{{name, Count{2}}}));
    const auto found = counts.answers.find(name);
    return found == counts.answers.end() ? Answers{} : found->second;
  }

  TlsFiles files_;
};

TEST_F(Provoked, TheAnswerAndTheEndAreKept) {
  const std::string name = named(Engine::kHttp, When::kFirst, Then::kAwait);
  const auto answered = [&](Script script) {
    WireServer server(std::move(script));
    const Answers found =
        answers(spec(Engine::kHttp, server, closing_with(name)));
    for (const Record& record : server.records(2))
      EXPECT_FALSE(record.bytes.empty());
    EXPECT_EQ(connected_to(server.port()), 0);
    return found;
  };
  EXPECT_EQ(answered([](Peer& peer) {
              peer.read_some();
              peer.say("HTTP/1.1 400 Bad Request\r\n\r\n");
              peer.fin();
            }),
            (Answers{{"HTTP 400, closed", Count{2}}}));
  EXPECT_EQ(answered([](Peer& peer) {
              peer.read_some();
              peer.fin();
            }),
            (Answers{{"closed", Count{2}}}));
  EXPECT_EQ(answered([](Peer& peer) {
              peer.read_some();
              peer.reset();
            }),
            (Answers{{"reset", Count{2}}}));
  EXPECT_EQ(answered([](Peer& peer) { peer.wait_end(); }),
            (Answers{{"no answer", Count{2}}}));
  EXPECT_EQ(answered([](Peer& peer) {
              peer.read_some();
              peer.say("HTTP/1.1 400 Bad Request\r\n\r\n");
            }),
            (Answers{{"HTTP 400, left open", Count{2}}}));
}

// Its bytes, if they do not depend on chance.
std::string bytes_of(const Provocation& provocation, std::uint16_t port) {
  const std::string authority = "127.0.0.1:" + std::to_string(port);
  std::string bytes;
  std::string again;
  Random one(1);
  Random two(2);
  provocation.write({authority, "/", "", one}, bytes);
  provocation.write({authority, "/", "", two}, again);
  return bytes == again ? bytes : std::string();
}

class EachProvocation : public Provoked,
                        public testing::WithParamInterface<Engine> {
 protected:
  // A service that leaves once it has something, or once the client has.
  static Script service(Engine engine, const Provocation& provocation) {
    return [=](Peer& peer) {
      std::size_t opening = 0;
      if (engine == Engine::kWebSocket && provocation.when == When::kOpen)
        opening = answer_upgrade(peer);
      if (provocation.then == Then::kAwait)
        peer.read_bytes(opening + 1);
      else
        peer.wait_end();
      if (peer.fd() >= 0) peer.fin();
    };
  }
};

TEST_P(EachProvocation, IsSentAndEndsAsTheCatalogueSays) {
  const auto protocol = protocol_of(GetParam());
  ASSERT_FALSE(protocol->provocations().empty());
  for (const Provocation& provocation : protocol->provocations()) {
    const std::string name(provocation.name);
    SCOPED_TRACE(name);
    WireServer server(service(GetParam(), provocation));
    const Answers found = answers(spec(GetParam(), server, closing_with(name)));
    const std::string bytes = bytes_of(provocation, server.port());
    const bool by_reset = provocation.then == Then::kReset;
    for (const Record& record : server.records(2)) {
      EXPECT_EQ(record.bytes.empty(), name == "nothing_fin");
      if (provocation.then != Then::kAwait) {
        EXPECT_EQ(record.end, by_reset ? End::kReset : End::kFin);
      }
      if (!by_reset) {
        EXPECT_TRUE(record.bytes.ends_with(bytes));
      }
    }
    if (!by_reset) {
      EXPECT_EQ(found, (Answers{{"closed", Count{2}}}));
    }
    EXPECT_EQ(connected_to(server.port()), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, EachProvocation,
                         testing::Values(Engine::kHttp, Engine::kWebSocket,
                                         Engine::kRedis, Engine::kTcp),
                         [](const auto& each) {
                           return std::string(scheme_of(each.param));
                         });

TEST_F(Provoked, AnOpenConnectionIsProvokedAfterItsOpening) {
  const std::string name = named(Engine::kWebSocket, When::kOpen, Then::kAwait);
  WireServer server([](Peer& peer) {
    const std::size_t from = answer_upgrade(peer);
    peer.read_bytes(from + 1);
    peer.say("\x88\x02\x03\xea");
    peer.fin();
  });
  EXPECT_EQ(answers(spec(Engine::kWebSocket, server, closing_with(name))),
            (Answers{{"close 1002, closed", Count{2}}}));
}

TEST_F(Provoked, EveryTlsProvocationIsAccountedForByATlsServer) {
  WireOptions options;
  options.tls = files_.server();
  for (const Provocation& found : tls_provocations()) {
    const std::string name(found.name);
    SCOPED_TRACE(name);
    WireServer server(
        [](Peer& peer) {
          peer.wait_end();
          if (peer.fd() >= 0) peer.fin();
        },
        options);
    LoadSpec load = spec(Engine::kHttp, server, closing_with(name), true);
    load.tls.ca_file = files_.path("ca.pem");
    load.timeouts.handshake = milliseconds(500);
    const Answers given = answers(load);
    EXPECT_EQ(given.empty(), found.then == Then::kReset);
    for (const auto& [text, count] : given) EXPECT_FALSE(text.empty());
    EXPECT_EQ(connected_to(server.port()), 0);
  }
}

TEST_F(Provoked, TlsAlertsAreNamed) {
  WireOptions options;
  options.tls = files_.server();
  const auto answered = [&](const std::string& name) {
    WireServer server(
        [](Peer& peer) {
          if (peer.record().secured) peer.wait_end();
          peer.fin();
        },
        options);
    LoadSpec load = spec(Engine::kHttp, server, closing_with(name), true);
    load.tls.ca_file = files_.path("ca.pem");
    const Answers given = answers(load);
    return given.size() == 1 ? given.begin()->first : "?";
  };
  EXPECT_EQ(answered("tls_hello_cut_silence"), "no answer");
  EXPECT_EQ(answered("tls_hello_cut_fin"), "TLS alert decode_error, closed");
  EXPECT_EQ(answered("tls_foreign_protocol"), "TLS accepted");
  EXPECT_EQ(answered("tls_refused_server"), "certificate: hostname mismatch");
}

TEST_F(Provoked, APlainServerIsProvokedWithTlsAllTheSame) {
  for (const Provocation& found : tls_provocations()) {
    const std::string name(found.name);
    SCOPED_TRACE(name);
    WireServer server([](Peer& peer) {
      peer.read_some();
      if (!peer.over()) peer.say("HTTP/1.1 400 Bad Request\r\n\r\n");
      peer.fin();
    });
    const Answers given =
        answers(spec(Engine::kHttp, server, closing_with(name), true));
    EXPECT_EQ(given.empty(), found.then == Then::kReset);
  }
}

}  // namespace
}  // namespace tidemark::wire_test
