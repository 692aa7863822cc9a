// TLS of the engine against an OpenSSL server: whom it trusts, what it says of
// itself, and that no byte is left behind.
#include "drivers/common/tls.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/unit/drivers/common/tls_files.h"
#include "tests/unit/drivers/common/wire_fixture.h"

namespace tidemark::wire_test {
namespace {

class Tls : public Wire {
 protected:
  LoadSpec secure(const WireServer& server, Engine engine = Engine::kTcp) {
    LoadSpec load = spec(engine, server, {}, true);
    load.tls.ca_file = files_.path("ca.pem");
    return load;
  }
  WireOptions options(bool asks = false) {
    WireOptions made;
    made.tls = files_.server(asks);
    return made;
  }
  static Script answers_fin() {
    return [](Peer& peer) {
      peer.wait_end();
      peer.fin();
    };
  }

  TlsFiles files_;
};

TEST_F(Tls, AnAuthorityThatNobodyKnowsIsAFailure) {
  WireServer server(answers_fin(), options());
  LoadSpec load = secure(server);
  load.tls.ca_file.clear();
  const LoadCounts counts = cycle(load, 2);
  EXPECT_EQ(counts.failed.value, 2);
  EXPECT_EQ(counts.reasons,
            (Reasons{{"certificate: unable to get local issuer certificate",
                      Count{2}}}));
  for (const Record& record : server.records(2)) EXPECT_FALSE(record.secured);
  EXPECT_EQ(connected_to(server.port()), 0);
}

TEST_F(Tls, ACertificateForAnotherNameIsAFailure) {
  WireServer server(answers_fin(), options());
  LoadSpec load = secure(server);
  load.tls.server_name = "other.example";
  EXPECT_EQ(cycle(load, 1).reasons,
            (Reasons{{"certificate: hostname mismatch", Count{1}}}));
  load.tls.server_name = "127.0.0.9";
  EXPECT_EQ(cycle(load, 1).reasons,
            (Reasons{{"certificate: IP address mismatch", Count{1}}}));
}

TEST_F(Tls, AnAuthorityOfOnesOwnIsTrusted) {
  WireServer server(answers_fin(), options());
  const LoadCounts counts = cycle(secure(server), 2);
  EXPECT_EQ(counts.opened.value, 2);
  EXPECT_EQ(counts.closed, (WayCounts{{"graceful", Count{2}}}));
  for (const Record& record : server.records(2)) {
    EXPECT_TRUE(record.secured);
    EXPECT_EQ(record.end, End::kFin);
    EXPECT_EQ(record.note, "close_notify");
    EXPECT_EQ(record.server_name, "");  // an address is no server name
  }
}

TEST_F(Tls, VerificationCanBeTurnedOff) {
  WireServer server(answers_fin(), options());
  LoadSpec load = secure(server);
  load.tls.ca_file.clear();
  load.tls.server_name = "other.example";
  load.tls.verify = false;
  EXPECT_EQ(cycle(load, 1).opened.value, 1);
  EXPECT_EQ(server.records(1)[0].server_name, "other.example");
}

TEST_F(Tls, TheServerNameIsSentAndVerified) {
  WireServer server(answers_fin(), options());
  LoadSpec load = secure(server);
  load.tls.server_name = "localhost";
  EXPECT_EQ(cycle(load, 1).opened.value, 1);
  EXPECT_EQ(server.records(1)[0].server_name, "localhost");
}

TEST_F(Tls, AClientCertificateIsShown) {
  WireServer server(answers_fin(), options(true));
  LoadSpec load = secure(server);
  load.tls.certificate_file = files_.path("client.pem");
  load.tls.key_file = files_.path("client.key");
  EXPECT_EQ(cycle(load, 1).opened.value, 1);
  EXPECT_EQ(server.records(1)[0].client_name, "client");
}

TEST_F(Tls, AMissingClientCertificateIsNoHangAndAccountedFor) {
  WireServer server(answers_fin(), options(true));
  cycle(secure(server), 2);
  for (const Record& record : server.records(2))
    EXPECT_EQ(record.note, "peer did not return a certificate");
}

TEST_F(Tls, FilesThatAreNoneAreNamed) {
  TlsSpec spec;
  spec.ca_file = "/no/ca.pem";
  Result<TlsContext> made = TlsContext::client(spec, "localhost");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::kUsage);
  EXPECT_TRUE(
      made.error().message.starts_with("cannot use the CA file `/no/ca.pem`: "))
      << made.error().message;
  made =
      TlsContext::server(files_.path("service.pem"), files_.path("client.key"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "cannot use the key `" +
                                      files_.path("client.key") +
                                      "`: key values mismatch");
}

// More than a record at a time, and again and again: the service answers a
// message only when it is whole.
TEST_F(Tls, LongMessagesAreSentWholeEachTime) {
  constexpr std::size_t kSize = 300'000;
  WireServer server(
      [](Peer& peer) {
        for (std::size_t i = 1; i <= 4; ++i) {
          if (!peer.read_bytes(i * kSize)) return;
          peer.say(std::string_view(peer.bytes()).substr((i - 1) * kSize));
        }
        peer.wait_end();
        peer.fin();
      },
      options());
  LoadSpec load = secure(server);
  load.traffic.messages = 4;
  load.traffic.size = Bytes{kSize};
  load.timeouts.response = std::chrono::seconds(5);
  const LoadCounts counts = cycle(load, 2);
  EXPECT_EQ(counts.messages_received.value, 8);
  EXPECT_EQ(counts.reply_errors.value, 0);
  EXPECT_TRUE(counts.reasons.empty());
}

// OpenSSL's errors wait in a queue of the thread, and whoever asks next finds
// them.
TEST_F(Tls, BrokenTlsOfOneConnectionIsNotTheOthersEnd) {
  WireServer* self = nullptr;
  WireServer server(
      [&self](Peer& peer) {
        if (peer.number() == 0) {
          peer.read_bytes(64);
          self->wait_for("asked");
          // No TLS record.
          ::send(peer.fd(), "garbage garbage garbage", 23, MSG_NOSIGNAL);
          return;
        }
        for (std::size_t i = 1; i <= 2; ++i) {
          if (!peer.read_bytes(i * 64)) return;
          self->signal("asked");
          if (i == 2) self->wait_for("go");
          peer.say(std::string_view(peer.bytes()).substr((i - 1) * 64));
        }
        peer.wait_end();
        peer.fin();
      },
      options());
  self = &server;
  server.signal("go");
  LoadSpec load = secure(server);
  load.traffic.messages = 2;
  const LoadCounts counts = cycle(load, 2);
  EXPECT_EQ(counts.early_closed.value, 1);
  EXPECT_EQ(counts.closed, (WayCounts{{"graceful", Count{1}}}));
  EXPECT_EQ(counts.reasons, (Reasons{{"reset by the service", Count{1}}}));
}

TEST_F(Tls, AFailedReadLeavesNoErrorForTheNext) {
  WireServer server(
      [](Peer& peer) {
        ::send(peer.fd(), "garbage garbage garbage", 23, MSG_NOSIGNAL);
      },
      options());
  LoadSpec load = secure(server);
  load.traffic.messages = 1;
  ERR_clear_error();
  EXPECT_EQ(cycle(load, 1).early_closed.value, 1);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

}  // namespace
}  // namespace tidemark::wire_test
