// The catalogue, judged twice: by our own server side, which refuses what
// RFC 6455 refuses, and by Boost.Beast, which knows nothing of ours.
#include "drivers/websocket/provocations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "drivers/websocket/answer.h"
#include "drivers/websocket/responder.h"
#include "tests/unit/drivers/websocket/listeners.h"

namespace tidemark::websocket_test {
namespace {

namespace beast = boost::beast;
using When = Provocation::When;
using Then = Provocation::Then;

std::string bytes_of(const Provocation& provocation) {
  Random random(11);
  std::string out;
  provocation.write({"127.0.0.1:9001", "/chat?x=1", "X-Token: t\r\n", random},
                    out);
  return out;
}

// A connection that is gone gets no answer.
bool is_judged(const Provocation& provocation) {
  return provocation.then == Then::kAwait;
}

const std::string kRequest =
    "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";

// What our server side answers, in the words of a report; "" and "silence"
// for none.
std::string our_answer(const Provocation& provocation) {
  const std::unique_ptr<StandInProtocol> protocol =
      make_websocket_responder({});
  const std::unique_ptr<Responder> responder = protocol->start();
  ServerEvents events(false);
  events.responder = responder.get();
  events.protocol = protocol.get();
  if (provocation.when == When::kOpen) feed(*responder, kRequest, events);
  events.written.clear();
  feed(*responder, bytes_of(provocation), events);
  return websocket::describe_answer(events.written);
}

bool is_refusal(std::string_view answer) {
  for (const std::string_view refusal :
       {"HTTP 4", "HTTP 5", "close 1002", "close 1007", "close 1009"})
    if (answer.find(refusal) != answer.npos) return true;
  return false;
}

TEST(WebsocketProvocations, AreManyAndHaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Provocation& provocation : websocket::provocations()) {
    SCOPED_TRACE(provocation.name);
    EXPECT_TRUE(names.insert(provocation.name).second);
    EXPECT_FALSE(provocation.name.empty());
    EXPECT_EQ(provocation.name.find_first_not_of(
                  "abcdefghijklmnopqrstuvwxyz0123456789_"),
              provocation.name.npos);
    EXPECT_FALSE(provocation.summary.empty());
    EXPECT_LE(provocation.summary.size(), 70u);
    ASSERT_NE(provocation.write, nullptr);
  }
  EXPECT_GE(names.size(), 100u);
}

TEST(WebsocketProvocations, AreTheSameForTheSameSeedAndNotEndless) {
  for (const Provocation& provocation : websocket::provocations()) {
    const std::string bytes = bytes_of(provocation);
    EXPECT_EQ(bytes, bytes_of(provocation)) << provocation.name;
    EXPECT_LE(bytes.size(), 1u << 20) << provocation.name;
    EXPECT_EQ(bytes.empty(), provocation.name == "nothing_fin")
        << provocation.name;
  }
}

TEST(WebsocketProvocations, HandshakesCarryWhatTheLoadNeeds) {
  for (const Provocation& provocation : websocket::handshake_provocations()) {
    const std::string bytes = bytes_of(provocation);
    const bool http = bytes.find("\r\n\r\n") != bytes.npos &&
                      bytes.find(" HTTP/") != bytes.npos;
    if (!http) continue;
    EXPECT_NE(bytes.find("X-Token: t\r\n"), bytes.npos) << provocation.name;
    EXPECT_NE(bytes.find(" /chat?x=1"), bytes.npos) << provocation.name;
    EXPECT_EQ(bytes.find("Host: 127.0.0.1:9001\r\n") == bytes.npos,
              provocation.name == "bad_host" || provocation.name == "no_host")
        << provocation.name;
  }
}

TEST(WebsocketProvocations, OurServerSideRefusesEachThatIsIllegal) {
  for (const Provocation& provocation : websocket::provocations()) {
    if (provocation.legal || !is_judged(provocation)) continue;
    const std::string answer = our_answer(provocation);
    // What is merely unfinished cannot be refused.
    const bool unfinished = provocation.name == "half_request";
    EXPECT_EQ(is_refusal(answer), !unfinished)
        << provocation.name << ": " << answer;
  }
}

TEST(WebsocketProvocations, OurServerSideBearsFramesThatAreLegal) {
  for (const Provocation& provocation : websocket::provocations()) {
    if (!provocation.legal || provocation.when == When::kFirst) continue;
    // Limits are everybody's own, and so are codes beyond 4999.
    const bool limit = provocation.name.starts_with("length_") ||
                       provocation.name == "close_5000" ||
                       provocation.name == "close_65535";
    const std::string answer = our_answer(provocation);
    EXPECT_EQ(is_refusal(answer), limit) << provocation.name << ": " << answer;
  }
}

// Reads messages until something is wrong; the good end is a close or the
// end of the input.
std::string beasts_answer(const Provocation& provocation) {
  boost::asio::io_context io;
  beast::test::stream client(io);
  beast::websocket::stream<beast::test::stream> server(io);
  beast::test::connect(server.next_layer(), client);
  const std::string bytes = bytes_of(provocation);
  boost::system::error_code error;
  if (provocation.when == When::kOpen)
    boost::asio::write(client, boost::asio::buffer(kRequest), error);
  boost::asio::write(client, boost::asio::buffer(bytes), error);
  client.close();
  server.accept(error);
  while (!error) {
    beast::flat_buffer buffer;
    server.read(buffer, error);
  }
  if (error == beast::websocket::error::closed ||
      error == boost::asio::error::eof ||
      error == beast::test::error::test_failure)
    return "";
  return error.message();
}

TEST(WebsocketProvocations, BeastRefusesTheSameFrames) {
  for (const Provocation& provocation : websocket::provocations()) {
    if (provocation.when == When::kFirst || !is_judged(provocation)) continue;
    if (provocation.name.starts_with("length_2_40") ||
        provocation.name.starts_with("length_16_mib"))
      continue;  // limits are everybody's own
    const std::string answer = beasts_answer(provocation);
    EXPECT_EQ(answer.empty(), provocation.legal)
        << provocation.name << ": " << answer;
  }
}

TEST(WebsocketProvocations, BeastRefusesTheSameHandshakesButForItsGaps) {
  // It compares neither keys nor hosts, nor reads subprotocols, on its own.
  const std::set<std::string_view> gaps = {
      "empty_key", "short_key", "key_not_base64", "two_keys",
      "bad_host",  "two_hosts", "bad_subprotocol"};
  for (const Provocation& provocation : websocket::handshake_provocations()) {
    if (provocation.legal || !is_judged(provocation)) continue;
    EXPECT_EQ(beasts_answer(provocation).empty(),
              gaps.count(provocation.name) == 1)
        << provocation.name;
  }
}

}  // namespace
}  // namespace tidemark::websocket_test
