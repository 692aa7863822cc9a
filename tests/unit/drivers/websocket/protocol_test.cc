// What a load may ask of WebSocket, and what it may not.
#include "drivers/websocket/protocol.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/unit/drivers/websocket/conversation_fixture.h"

namespace tidemark::websocket_test {
namespace {

std::string refusal(const LoadSpec& spec) {
  LoadUrl url;
  url.scheme = "ws";
  url.host = "localhost";
  url.resource = "/";
  const auto made = make_websocket_protocol(spec, url);
  return made ? "" : made.error().message;
}

TEST(WebsocketProtocol, WhatCannotBeCarriedOutIsRefused) {
  LoadSpec load;
  EXPECT_EQ(refusal(load), "");
  load.close = {{CloseBehavior::kGraceful, 1, 1006}};
  EXPECT_EQ(refusal(load), "close code 1006 may not be sent");
  load.close = {{CloseBehavior::kCloseNoWait, 1, 5000}};
  EXPECT_EQ(refusal(load), "close code 5000 may not be sent");
  load.close = {{CloseBehavior::kGraceful, 1, 1000, std::string(124, 'x')}};
  EXPECT_EQ(refusal(load),
            "close reason `" + std::string(40, 'x') + "` may not be sent");
  load = {};
  load.traffic.size = Bytes{-1};
  EXPECT_EQ(refusal(load),
            "wanted a message size from 0 to 16777216 bytes, found -1");
  load = {};
  load.headers = {{"Upgrade", "h2c"}};
  EXPECT_EQ(refusal(load), "header `Upgrade` is written by the handshake");
  load = {};
  load.subprotocols = {"a b"};
  EXPECT_EQ(refusal(load), "subprotocol `a b` cannot be asked for");
}

TEST(WebsocketProtocol, TheHostHeaderLeavesOutTheDefaultPortOfTheScheme) {
  const auto host = [](const char* scheme, const char* name,
                       std::uint16_t port) {
    LoadUrl url;
    url.scheme = scheme;
    url.host = name;
    url.port = port;
    url.resource = "/";
    const auto made = make_websocket_protocol({}, url);
    std::string request;
    (*made)->start(0)->greet(request);
    const std::size_t from = request.find("Host: ") + 6;
    return request.substr(from, request.find('\r', from) - from);
  };
  EXPECT_EQ(host("ws", "localhost", 80), "localhost");
  EXPECT_EQ(host("ws", "localhost", 443), "localhost:443");
  EXPECT_EQ(host("wss", "localhost", 443), "localhost");
  EXPECT_EQ(host("wss", "localhost", 80), "localhost:80");
  EXPECT_EQ(host("wss", "::1", 443), "[::1]");
  EXPECT_EQ(host("wss", "::1", 9001), "[::1]:9001");
}

TEST_F(WebsocketConversation, APlainStepIsTheTrafficsMessage) {
  start();
  const Step step = protocol_->plain_step(
      {.size = Bytes{9}, .binary = false, .replies = ReplyRule::kAny});
  EXPECT_EQ(step.kind, StepKind::kSend);
  EXPECT_EQ(step.size, Bytes{9});
  EXPECT_FALSE(step.binary);
  EXPECT_EQ(step.expect.replies, ReplyRule::kAny);
}

TEST_F(WebsocketConversation, TheEmptyStepIsTheEmptyMessage) {
  start();
  open();
  EXPECT_EQ(send(*prepare({})), Lines{"binary "});
}

TEST_F(WebsocketConversation, StepsThatMeanNothingHereAreRefused) {
  start();
  const auto refused = [this](const Step& step) {
    const auto made = protocol_->prepare(step, names_);
    return made ? "" : made.error().message;
  };
  Step step;
  step.method = "GET";
  EXPECT_EQ(refused(step), "a step of a WebSocket flow has no `method`");
  step = {};
  step.words = {"GET"};
  EXPECT_EQ(refused(step), "a step of a WebSocket flow has no `command`");
  step = {};
  step.expect.status = 200;
  EXPECT_EQ(refused(step), "a step of a WebSocket flow has no `status`");
  step = {};
  step.captures = {{"token", CaptureFrom::kHeader, "X-Token"}};
  EXPECT_EQ(refused(step), "`token` cannot be captured from a header");
  step = {};
  step.kind = StepKind::kReceive;
  step.body = "x";
  EXPECT_EQ(refused(step), "a step that receives sends nothing");
  step = {};
  step.body = "x";
  step.size = Bytes{1};
  EXPECT_EQ(refused(step), "a step has both a body and a size");
  step = {};
  step.size = Bytes{(16 << 20) + 1};
  EXPECT_EQ(refused(step),
            "wanted a message size from 0 to 16777216 bytes, found 16777217");
  EXPECT_EQ(refused(text("\xff")), "a text message is not UTF-8");
  EXPECT_NE(refused(text("{{ nobody }}")), "");
}

TEST_F(WebsocketConversation, WithoutARuleOnlyGeneratedBodiesMustComeBack) {
  start();
  const auto compares = [this](const Step& step) {
    open();
    const auto request = prepare(step);
    send(*request, "xy");
    const bool all = request->generated.has_value();
    take("\x81\x02zz");
    const std::string line = events_.diary.back();
    conversation_ = protocol_->start(0);
    events_ = {};
    return all ? "generated" : line;
  };
  Step step;
  step.size = Bytes{2};
  EXPECT_EQ(compares(step), "generated");
  EXPECT_EQ(compares(text("xy", ReplyRule::kEcho)),
            "an echo differed from what was sent: text zz");
  step = text("xy");
  step.expect.replies.reset();
  EXPECT_EQ(compares(step), "reply: text zz");
}

TEST_F(WebsocketConversation, AGeneratedBodyIsNoEchoOnceSomethingElseIsWanted) {
  start();
  Step step;
  step.size = Bytes{2};
  EXPECT_TRUE(prepare(step)->echoes);
  step.captures = {{"token", CaptureFrom::kBody, "t"}};
  EXPECT_FALSE(prepare(step)->echoes);
  step.expect.replies = ReplyRule::kEcho;
  EXPECT_TRUE(prepare(step)->echoes);
}

TEST_F(WebsocketConversation, ItsBehavioursAreAllButThoseOfOthers) {
  start();
  const auto behaviors = protocol_->behaviors();
  EXPECT_EQ(behaviors.size(), 12u);
  EXPECT_EQ(std::count(behaviors.begin(), behaviors.end(),
                       CloseBehavior::kProvocation),
            0);
}

TEST_F(WebsocketConversation, SubprotocolsAndHeadersAreInTheHandshake) {
  LoadSpec spec;
  spec.headers = {{"X-Token", "secret"}};
  spec.subprotocols = {"chat", "other"};
  start(spec);
  std::string request;
  conversation_->greet(request);
  EXPECT_NE(request.find("X-Token: secret\r\n"), request.npos);
  EXPECT_NE(request.find("Sec-WebSocket-Protocol: chat, other\r\n"),
            request.npos);
}

}  // namespace
}  // namespace tidemark::websocket_test
