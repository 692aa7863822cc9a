// What is recognised at a glance must be what the long way accepts, too.
#include "drivers/websocket/plain_reply.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "drivers/websocket/codec_hybi13.h"

namespace tidemark::websocket {
namespace {

// Of RFC 6455 §1.3.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr const char* kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string reply(const std::string& more) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
         "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
         std::string(kAccept) + "\r\n" + more + "\r\n";
}

// Whether the long way accepts it.
bool is_accepted(std::string_view head) {
  const Result<LoadUrl> url = parse_load_url("ws://127.0.0.1:1/", {"ws"});
  const Result<ClientHandshake> handshake = ClientHandshake::make(*url, {}, {});
  HandshakeKey key;
  std::copy(kKey.begin(), kKey.end(), key.text.begin());
  return handshake->check_closely(head, key).has_value();
}

TEST(PlainReply, WhatServicesSendIsRecognised) {
  for (const std::string& plain :
       {reply(""), reply("Server: x\r\nDate: y\r\n"),
        "HTTP/1.1 101 x\r\nUPGRADE:WebSocket\r\nconnection: upgrade \r\n"
        "sec-websocket-accept:" +
            std::string(kAccept) + "\r\n\r\n"}) {
    EXPECT_TRUE(is_plain_acceptance(plain, kAccept)) << plain;
    EXPECT_TRUE(is_accepted(plain)) << plain;
  }
}

TEST(PlainReply, WhatTheLongWayRefusesIsNotRecognised) {
  for (const std::string& refused :
       {reply("X Y: z\r\n"), reply("X\x80: z\r\n"),
        reply("Content-Length: x\r\n"), reply("no header\r\n"),
        reply("Sec-WebSocket-Extensions: permessage-deflate\r\n"),
        reply("Sec-WebSocket-Protocol: chat\r\n"),
        reply("X: " + std::string(15900, 'x') + "\r\n"),
        reply("").substr(0, reply("").size() - 1),
        reply("").substr(0, reply("").size() - 2)}) {
    EXPECT_FALSE(is_accepted(refused)) << refused;
    EXPECT_FALSE(is_plain_acceptance(refused, kAccept)) << refused;
  }
}

TEST(PlainReply, AnythingElseIsLookedAtCloser) {
  for (const std::string& odd :
       {reply("Sec-WebSocket-Protocol: chat\r\n"),
        reply("Sec-WebSocket-Extensions: permessage-deflate\r\n"),
        reply("Upgrade: websocket\r\n"), reply(" folded\r\n"),
        reply("no header\r\n"), reply("").substr(0, reply("").size() - 1),
        reply("") + "more", std::string("HTTP/1.1 200 OK\r\n\r\n"),
        std::string("HTTP/1.1 101 x\r\n\r\n"), std::string()})
    EXPECT_FALSE(is_plain_acceptance(odd, kAccept)) << odd;
  EXPECT_FALSE(is_plain_acceptance(reply(""), "another"));
}

}  // namespace
}  // namespace tidemark::websocket
