#include "drivers/websocket/server_handshake.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "drivers/websocket/codec_hybi13.h"

namespace tidemark::websocket {
namespace {

const std::string kGood =
    "GET /chat?x=1 HTTP/1.1\r\n"
    "Host: 127.0.0.1:9001\r\n"
    "Upgrade: WebSocket\r\n"
    "Connection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n";

std::string verdict(const std::string& lines) {
  UpgradeRequest found;
  const auto refusal = read_upgrade(lines + "\r\n", found);
  if (!refusal) return "good";
  return std::to_string(refusal->status) + " " + std::string(refusal->why);
}

std::string changed(std::string_view from, std::string_view to) {
  std::string lines = kGood;
  lines.replace(lines.find(from), from.size(), to);
  return verdict(lines);
}

TEST(WebsocketServerHandshake, AGoodRequestIsTakenApart) {
  UpgradeRequest found;
  ASSERT_FALSE(read_upgrade(
      kGood + "Sec-WebSocket-Protocol: chat, superchat\r\n\r\n", found));
  EXPECT_EQ(found,
            (UpgradeRequest{"/chat?x=1", "dGhlIHNhbXBsZSBub25jZQ==", "chat"}));
}

TEST(WebsocketServerHandshake, EachFaultHasItsStatusAndWords) {
  EXPECT_EQ(verdict(""), "400 the request is not HTTP");
  EXPECT_EQ(verdict("GET / HTTP/1.1"), "400 the request has not one Host");
  EXPECT_EQ(changed("GET ", "POST "), "405 the method is not GET");
  EXPECT_EQ(changed("HTTP/1.1", "HTTP/1.0"), "505 the request is not HTTP/1.1");
  EXPECT_EQ(changed("HTTP/1.1", "SIP/2.0"), "400 the request is not HTTP");
  EXPECT_EQ(changed("/chat", "\x01"), "400 the resource is not visible ASCII");
  EXPECT_EQ(changed("/chat?x=1", ""), "400 the resource is not visible ASCII");
  EXPECT_EQ(changed("Host:", "Toast:"), "400 the request has not one Host");
  EXPECT_EQ(verdict(kGood + "Host: b\r\n"), "400 the request has not one Host");
  EXPECT_EQ(changed("127.0.0.1", "a b"), "400 the Host is none");
  EXPECT_EQ(changed("WebSocket", "h2c"),
            "426 the request has no Upgrade: websocket");
  EXPECT_EQ(changed(", Upgrade", ""),
            "400 the request has no Connection: Upgrade");
  EXPECT_EQ(changed(": 13", ": 12"), "426 Sec-WebSocket-Version is not 13");
  EXPECT_EQ(verdict(kGood + "Sec-WebSocket-Version: 13\r\n"),
            "426 Sec-WebSocket-Version is not 13");
  EXPECT_EQ(changed("Key", "Quay"), "400 the request has no Sec-WebSocket-Key");
  EXPECT_EQ(verdict(kGood + "Sec-WebSocket-Key: x\r\n"),
            "400 the request has two Sec-WebSocket-Keys");
  EXPECT_EQ(changed("ZQ==", "ZR=="),
            "400 Sec-WebSocket-Key is not 16 bytes of base64");
  EXPECT_EQ(changed("ZQ==", "="),
            "400 Sec-WebSocket-Key is not 16 bytes of base64");
  EXPECT_EQ(verdict(kGood + "hello\r\n"),
            "400 a line of the request is no header");
  EXPECT_EQ(verdict(kGood + "X : y\r\n"),
            "400 a line of the request is no header");
  EXPECT_EQ(verdict(kGood + "X: a\nb\r\n"),
            "400 a header has a control character");
  EXPECT_EQ(verdict(kGood + "Sec-WebSocket-Protocol: (,b\r\n"),
            "400 a subprotocol is no token");
}

// The client's half judges it: two parsers that know nothing of each other.
TEST(WebsocketServerHandshake, OurClientsHandshakeIsAcceptedByBothSides) {
  const auto client =
      ClientHandshake::make(*parse_load_url("ws://localhost:9/x", {"ws"}),
                            {{"X-Token", "t"}}, {"chat", "other"});
  CodecPool pool(7);
  for (int i = 0; i < 100; ++i) {
    const HandshakeKey key = client->new_key(pool);
    std::string wire;
    client->append_request(key, wire);
    UpgradeRequest found;
    ASSERT_FALSE(read_upgrade(wire, found));
    EXPECT_EQ(found.subprotocol, "chat");
    std::string reply;
    append_switching(found, {{"X-Served-By", "us"}}, reply);
    const Status status = client->check_reply(reply, key);
    EXPECT_TRUE(status) << status.error().message;
  }
}

TEST(WebsocketServerHandshake, TheAcceptValueIsTheOneOfTheRfc) {
  EXPECT_EQ(accept_value("dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebsocketServerHandshake, ARefusalIsAWholeReply) {
  std::string wire;
  append_refusal(503, {{"Retry-After", "1"}}, "busy", wire);
  EXPECT_EQ(wire,
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
            "Content-Length: 4\r\nRetry-After: 1\r\n\r\nbusy");
  wire.clear();
  append_refusal(418, {}, "", wire);
  EXPECT_TRUE(wire.starts_with("HTTP/1.1 418 Refused\r\n")) << wire;
}

}  // namespace
}  // namespace tidemark::websocket
