// Opening and traffic, against services that behave and services that do not.

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "drivers/common/load_url.h"
#include "tests/unit/drivers/websocket/driver_fixture.h"
#include "tests/unit/drivers/websocket/servers.h"

namespace tidemark::websocket_test {
namespace {

TEST_F(WebsocketDriver, EveryMessageIsEchoedAndCounted) {
  BeastEcho service;
  LoadSpec load = spec(service.url());
  load.traffic.messages = 3;
  const LoadCounts counts = cycle(load, 20, plan(20, 0, 0));
  LoadCounts expected;
  expected.attempted = expected.opened = Count{20};
  expected.closed = plan(20, 0, 0);
  expected.messages_sent = expected.messages_received = Count{60};
  EXPECT_EQ(counts, expected);
  EXPECT_EQ(service.endings(20), (Endings{{"close 1000", 20}}));
  EXPECT_EQ(service.messages(), 60);
}

TEST_F(WebsocketDriver, TextIsEchoedAsText) {
  BeastEcho service;
  LoadSpec load = spec(service.url());
  load.traffic.binary = false;
  EXPECT_EQ(cycle(load, 3, plan(3, 0, 0)).reply_errors.value, 0);
}

TEST_F(WebsocketDriver, MessagesLargerThanAnySocketBufferAreEchoed) {
  BeastEcho service;
  LoadSpec load = spec(service.url());
  load.traffic.size = Bytes{8 << 20};
  const LoadCounts counts = cycle(load, 2, plan(2, 0, 0));
  EXPECT_EQ(counts.messages_received.value, 4);
  EXPECT_EQ(counts.reply_errors.value, 0);
}

TEST_F(WebsocketDriver, MoreConnectionsThanMayBeInFlightAllOpen) {
  BeastEcho service;
  LoadSpec load = spec(service.url());
  load.traffic.messages = 1;
  EXPECT_EQ(cycle(load, 300, plan(0, 150, 150)).opened.value, 300);
}

TEST_F(WebsocketDriver, AConnectRateIsNotExceeded) {
  BeastEcho service;
  LoadSpec load = spec(service.url());
  load.connect_rate = 200;
  const std::unique_ptr<Driver> driver = make(load);
  const TimePoint start = clock_.now();
  ASSERT_TRUE(driver->open(plan(11)));
  EXPECT_GE(clock_.now() - start, milliseconds(50));
  EXPECT_EQ(driver->open_now().value, 11);
}

TEST_F(WebsocketDriver, ThePingOfAServiceIsAnswered) {
  BeastEcho service({.ping_first = true});
  // The first echo is read after the ping, so the second message proves it.
  cycle(spec(service.url()), 4, plan(4, 0, 0));
  EXPECT_EQ(service.pongs(), 4);
}

TEST_F(WebsocketDriver, HeadersAndSubprotocolsReachTheService) {
  BeastEcho service({.subprotocol = "chat"});
  LoadSpec load = spec(service.url());
  load.headers = {{"X-Token", "secret"}};
  load.subprotocols = {"chat", "other"};
  EXPECT_EQ(cycle(load, 1, plan(1, 0, 0)).opened.value, 1);
  const std::string request = service.requests().at(0);
  EXPECT_NE(request.find("X-Token: secret\n"), request.npos) << request;
  EXPECT_NE(request.find("Sec-WebSocket-Protocol: chat, other\n"), request.npos)
      << request;
}

TEST_F(WebsocketDriver, EveryAddressOfANameIsTriedAndTheGoodOneKept) {
  BeastEcho service;
  const DeadPort port;
  Result<EngineSetup> setup = make_websocket_setup(spec(service.url()));
  ASSERT_TRUE(setup);
  const Result<LoadUrl> dead = parse_load_url(port.url(), {"ws"});
  setup->endpoints.insert(setup->endpoints.begin(),
                          find_endpoints(*dead, {})->front());
  const auto driver =
      make_cycle_driver(*std::move(setup), clock_, cancellation_);
  ASSERT_TRUE(driver);
  const LoadCounts counts = cycle(**driver, 3, plan(3, 0, 0));
  EXPECT_EQ(counts.opened.value, 3);
  EXPECT_EQ(counts.refused.value, 0);
}

TEST_F(WebsocketDriver, AClosedPortIsCountedAsRefused) {
  const DeadPort port;
  const LoadCounts counts = cycle(spec(port.url()), 3, plan(3, 0, 0));
  EXPECT_EQ(counts.refused.value, 3);
  EXPECT_EQ(counts.reasons, (Reasons{{"connection refused", Count{3}}}));
}

TEST_F(WebsocketDriver, AnotherHttpStatusIsAFailure) {
  RawServer service(
      {"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n"});
  const LoadCounts counts = cycle(spec(service.url()), 3, plan(3, 0, 0));
  EXPECT_EQ(counts.failed.value, 3);
  EXPECT_EQ(counts.reasons, (Reasons{{"HTTP 404 instead of 101", Count{3}}}));
  EXPECT_EQ(service.endings(3), (Endings{{"eof", 3}}));
}

TEST_F(WebsocketDriver, AWrongAcceptKeyIsAFailure) {
  std::string reply = kSwitching;
  reply.replace(reply.find("{accept}"), 8, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  RawServer service({reply});
  const LoadCounts counts = cycle(spec(service.url()), 2, plan(2, 0, 0));
  EXPECT_EQ(counts.failed.value, 2);
  EXPECT_EQ(counts.reasons,
            (Reasons{{"HTTP 101 with a wrong Upgrade, Connection or "
                      "Sec-WebSocket-Accept",
                      Count{2}}}));
}

TEST_F(WebsocketDriver, AServiceThatHangsUpInTheHandshakeIsAFailure) {
  RawServer closing({"", false, "", RawScript::Then::kClose});
  EXPECT_EQ(cycle(spec(closing.url()), 2, plan(2, 0, 0)).reasons,
            (Reasons{{"closed before the handshake was answered", Count{2}}}));
  RawServer resetting({"", false, "", RawScript::Then::kReset});
  EXPECT_EQ(cycle(spec(resetting.url()), 2, plan(2, 0, 0)).reasons,
            (Reasons{{"reset before the handshake was answered", Count{2}}}));
}

TEST_F(WebsocketDriver, AServiceThatNeverAnswersTheHandshakeIsAFailure) {
  const DeadPort port(true);
  LoadSpec load = spec(port.url());
  load.timeouts.handshake = milliseconds(30);
  const LoadCounts counts = cycle(load, 3, plan(3, 0, 0));
  EXPECT_EQ(counts.failed.value, 3);
  EXPECT_EQ(counts.reasons,
            (Reasons{{"no reply to the handshake within 30 ms", Count{3}}}));
}

TEST_F(WebsocketDriver, AnEndlessHandshakeReplyIsAFailure) {
  RawServer service({"HTTP/1.1 101 X\r\nA: " + std::string(20000, 'a')});
  EXPECT_EQ(cycle(spec(service.url()), 1, plan(1, 0, 0)).reasons,
            (Reasons{{"the reply to the handshake is longer than 16 KiB",
                      Count{1}}}));
}

TEST_F(WebsocketDriver, AServiceThatDoesNotReadIsAReplyError) {
  RawServer service({kSwitching, false, "", RawScript::Then::kStall});
  LoadSpec load = spec(service.url());
  load.traffic.messages = 2;
  load.traffic.size = Bytes{16 << 20};
  load.traffic.replies = ReplyRule::kIgnore;
  load.timeouts.response = milliseconds(30);
  const LoadCounts counts = cycle(load, 1, plan(0, 1, 0));
  EXPECT_EQ(counts.messages_sent.value, 1);
  EXPECT_EQ(counts.closed, plan(0, 1, 0));
  EXPECT_EQ(counts.reasons,
            (Reasons{{"a message was not taken within 30 ms", Count{1}}}));
}

TEST_F(WebsocketDriver, AWrongEchoIsAReplyError) {
  RawServer service({kSwitching, false, "\x82\x05wrong"});
  LoadSpec load = spec(service.url());
  load.traffic.messages = 1;
  load.timeouts.close = milliseconds(30);
  const LoadCounts counts = cycle(load, 2, plan(0, 0, 2));
  EXPECT_EQ(counts.reply_errors.value, 2);
  EXPECT_EQ(counts.messages_received.value, 2);
  EXPECT_EQ(counts.closed, plan(0, 0, 2));
  EXPECT_EQ(counts.reasons,
            (Reasons{{"an echo differed from what was sent", Count{2}}}));
}

TEST_F(WebsocketDriver, AnEchoThatDoesNotComeIsOneReplyErrorPerConnection) {
  RawServer service({kSwitching});
  LoadSpec load = spec(service.url());
  load.traffic.messages = 100;
  load.timeouts.response = milliseconds(30);
  const LoadCounts counts = cycle(load, 2, plan(0, 2, 0));
  EXPECT_EQ(counts.reply_errors.value, 2);
  EXPECT_EQ(counts.messages_sent.value, 2);
  EXPECT_EQ(counts.reasons, (Reasons{{"no echo within 30 ms", Count{2}}}));
}

TEST_F(WebsocketDriver, RepliesThatAreIgnoredMayBeAnything) {
  RawServer service({kSwitching, false, "\x81\x05Hello\x82\x01x"});
  LoadSpec load = spec(service.url());
  load.traffic.messages = 10;
  load.traffic.replies = ReplyRule::kIgnore;
  const LoadCounts counts = cycle(load, 2, plan(0, 0, 2));
  EXPECT_EQ(counts.messages_sent.value, 20);
  EXPECT_EQ(counts.reply_errors.value, 0);
  EXPECT_EQ(counts.closed, plan(0, 0, 2));
}

TEST_F(WebsocketDriver, WhatCannotBeCarriedOutIsRefusedBeforeAnyPacket) {
  const auto refusal = [this](const LoadSpec& load) {
    const auto driver = make_websocket_driver(load, clock_, cancellation_);
    return driver ? "" : driver.error().message;
  };
  EXPECT_EQ(refusal(spec("http://127.0.0.1/")),
            "wanted ws://HOST:PORT/PATH, found `http://127.0.0.1/`: the "
            "scheme is another");
  EXPECT_EQ(refusal(spec("ws://192.0.2.1:9001/")),
            "target refused: `192.0.2.1` is 192.0.2.1, not a loopback address");
  LoadSpec load = spec("ws://127.0.0.1:9001/");
  load.close = {{CloseBehavior::kGraceful, 1, 1006}};
  EXPECT_EQ(refusal(load), "close code 1006 may not be sent");
  load = spec("ws://127.0.0.1:9001/");
  load.traffic.size = Bytes{-1};
  EXPECT_EQ(refusal(load),
            "wanted a message size from 0 to 16777216 bytes, found -1");
  load = spec("ws://127.0.0.1:9001/");
  load.headers = {{"Upgrade", "h2c"}};
  EXPECT_EQ(refusal(load), "header `Upgrade` is written by the handshake");
}

}  // namespace
}  // namespace tidemark::websocket_test
