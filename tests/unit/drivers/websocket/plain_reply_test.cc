// What is recognised at a glance must be what the long way accepts, too.
#include "drivers/websocket/plain_reply.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemark::websocket {
namespace {

constexpr const char* kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string reply(const std::string& more) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
         "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
         std::string(kAccept) + "\r\n" + more + "\r\n";
}

TEST(PlainReply, WhatServicesSendIsRecognised) {
  EXPECT_TRUE(is_plain_acceptance(reply(""), kAccept));
  EXPECT_TRUE(is_plain_acceptance(reply("Server: x\r\nDate: y\r\n"), kAccept));
  EXPECT_TRUE(is_plain_acceptance(
      "HTTP/1.1 101 x\r\nUPGRADE:WebSocket\r\nconnection: upgrade \r\n"
      "sec-websocket-accept:" +
          std::string(kAccept) + "\r\n\r\n",
      kAccept));
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
