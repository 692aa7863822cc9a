// The stand-in, asked by the codec's client half.
#include "drivers/websocket/responder.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "drivers/websocket/codec_hybi13.h"
#include "drivers/websocket/frame.h"
#include "tests/support/websocket_frames.h"
#include "tests/unit/drivers/websocket/listeners.h"

namespace tidemark::websocket_test {
namespace {

using namespace std::string_literals;
using websocket::Codec;
using websocket::CodecPool;
using websocket::Message;
using websocket::MessageKind;
using websocket::Role;

const std::string kRequest =
    "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a.b, c\r\n\r\n";
const std::string kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "Sec-WebSocket-Protocol: a.b\r\n\r\n";

class WebsocketResponder : public testing::Test {
 protected:
  WebsocketResponder() {
    events_.responder = responder_.get();
    events_.protocol = protocol_.get();
  }

  std::string client(MessageKind kind, std::string_view payload) {
    std::string wire;
    EXPECT_TRUE(codec_.append(kind, payload, wire));
    return wire;
  }
  std::string close(std::uint16_t code) {
    std::string wire;
    EXPECT_TRUE(codec_.append_close(code, {}, wire));
    return wire;
  }
  void open() {
    feed(*responder_, kRequest, events_);
    events_.written.clear();
    events_.diary.clear();
  }
  // What was answered to these bytes.
  std::string ask(const std::string& bytes) {
    events_.written.clear();
    feed(*responder_, bytes, events_);
    return events_.written;
  }

  CodecPool pool_{1};
  Codec codec_{Role::kClient, pool_};
  std::unique_ptr<StandInProtocol> protocol_ = make_websocket_responder({});
  std::unique_ptr<Responder> responder_ = protocol_->start();
  ServerEvents events_;
};

TEST_F(WebsocketResponder, TheHandshakeIsAskedAndPlainlyAccepted) {
  EXPECT_EQ(ask(kRequest), kSwitching);
  EXPECT_EQ(events_.diary, Lines{"GET /chat = handshake"});
  EXPECT_TRUE(events_.going_on);
}

TEST_F(WebsocketResponder, TheHandshakeMayComeInBytes) {
  for (const char byte : kRequest) feed(*responder_, {byte}, events_);
  EXPECT_EQ(events_.written, kSwitching);
}

TEST_F(WebsocketResponder, ARuleRefusesTheHandshakeWithItsStatus) {
  StandInRule rule;
  rule.when = "handshake";
  rule.status = 401;
  rule.reply = "who?";
  events_.rule = &rule;
  EXPECT_EQ(ask(kRequest),
            "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n"
            "Content-Length: 4\r\n\r\nwho?");
  EXPECT_FALSE(events_.going_on);
  EXPECT_EQ(ask(client(MessageKind::kText, "hello")), "");
}

TEST_F(WebsocketResponder, ARuleMayAddHeadersToTheHandshakeOrReplaceIt) {
  StandInRule rule;
  rule.when = "handshake";
  rule.headers = {{"X-A", "b"}};
  events_.rule = &rule;
  EXPECT_EQ(ask(kRequest),
            kSwitching.substr(0, kSwitching.size() - 2) + "X-A: b\r\n\r\n");
  const std::unique_ptr<Responder> other = protocol_->start();
  rule.raw = true;
  rule.reply = "SSH-2.0-x\r\n";
  events_.responder = other.get();
  events_.written.clear();
  feed(*other, kRequest, events_);
  EXPECT_EQ(events_.written, "SSH-2.0-x\r\n");
}

TEST_F(WebsocketResponder, ABadHandshakeIsRefusedAndEndsIt) {
  EXPECT_TRUE(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                  .starts_with("HTTP/1.1 426 Upgrade Required\r\n"));
  EXPECT_EQ(events_.diary,
            Lines{"ended: the request has no Upgrade: websocket"});
  EXPECT_EQ(ask(kRequest), "");
}

TEST_F(WebsocketResponder, WhatCanBeNoRequestIsRefusedAtItsFirstByte) {
  EXPECT_TRUE(ask("\x16\x03\x01").starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(events_.diary, Lines{"ended: the request is not HTTP"});
}

TEST_F(WebsocketResponder, AnEndlessHandshakeIsRefused) {
  EXPECT_EQ(ask(std::string(16383, 'a')), "");
  EXPECT_TRUE(ask("aa").starts_with("HTTP/1.1 431 "));
  EXPECT_EQ(events_.diary, Lines{"ended: the request is longer than 16 KiB"});
}

TEST_F(WebsocketResponder, MessagesAreEchoedInTheirKind) {
  open();
  EXPECT_EQ(ask(client(MessageKind::kText,
                       "Gr\xc3\xbc\xc3\x9f"
                       "e")),
            "\x81\x07Gr\xc3\xbc\xc3\x9f"
            "e");
  EXPECT_EQ(ask(client(MessageKind::kBinary, "\xff")), "\x82\x01\xff");
  EXPECT_EQ(events_.diary[1], "binary 1 B = \xff");
}

TEST_F(WebsocketResponder, ARuleSaysWhatTheAnswerIs) {
  open();
  StandInRule rule;
  rule.when = "el";
  rule.reply = "yes";
  events_.rule = &rule;
  const std::string hello = client(MessageKind::kBinary, "Hello");
  EXPECT_EQ(ask(hello), "\x81\x03yes");
  EXPECT_EQ(ask(client(MessageKind::kText, "Hallo")), "\x81\x05Hallo");
  rule.repeat = 3;
  EXPECT_EQ(ask(hello), "\x81\x03yes\x81\x03yes\x81\x03yes");
  rule.repeat = 0;
  EXPECT_EQ(ask(hello), "");
  rule.repeat = 1;
  rule.echo = true;
  EXPECT_EQ(ask(hello), "\x82\x05Hello");
  rule.size = Bytes{2};
  events_.generated = "gg";
  EXPECT_EQ(ask(hello), "\x82\x02gg");
  rule.raw = true;
  rule.reply = "\x83\xff";
  EXPECT_EQ(ask(hello), "\x83\xff");
}

TEST_F(WebsocketResponder, ARuleThatOnlyDelaysEchoesAndOneThatClosesIsSilent) {
  open();
  StandInRule rule;
  events_.rule = &rule;
  const std::string hello = client(MessageKind::kText, "Hello");
  EXPECT_EQ(ask(hello), "\x81\x05Hello");
  rule.close = CloseBehavior::kFin;
  EXPECT_EQ(ask(hello), "");
}

TEST_F(WebsocketResponder, OnlyRulesForTheHandshakeFitIt) {
  StandInRule rule;
  const Asked handshake{"handshake", "GET /"};
  const Asked message{"handshake", "text 9 B"};
  EXPECT_FALSE(protocol_->fits(rule, handshake));
  EXPECT_TRUE(protocol_->fits(rule, message));
  rule.when = "handshake";
  EXPECT_TRUE(protocol_->fits(rule, handshake));
  EXPECT_FALSE(protocol_->fits(rule, message));
  rule.when = "hand";
  EXPECT_FALSE(protocol_->fits(rule, handshake));
  EXPECT_TRUE(protocol_->fits(rule, message));
}

TEST_F(WebsocketResponder, PingsAreAnsweredAndPongsAreNot) {
  open();
  EXPECT_EQ(ask(client(MessageKind::kPing, "p")), "\x8a\x01p");
  EXPECT_EQ(ask(client(MessageKind::kPong, "p")), "");
  EXPECT_TRUE(events_.diary.empty());
}

TEST_F(WebsocketResponder, PongsThatNobodyReadsDoNotPileUp) {
  open();
  const std::string ping = client(MessageKind::kPing, std::string(125, 'p'));
  for (int i = 0; i < 2000; ++i) feed(*responder_, ping, events_);
  EXPECT_LE(events_.written.size(), (64u << 10) + 127);
}

TEST_F(WebsocketResponder, ACloseFrameIsEchoedAndEndsIt) {
  open();
  EXPECT_EQ(ask(close(4001) + client(MessageKind::kText, "more")),
            "\x88\x02\x0f\xa1");
  EXPECT_EQ(events_.diary, Lines{"ended: "});
}

TEST_F(WebsocketResponder, TheCloseFrameIsTheLastOfAllThatIsOwed) {
  open();
  const std::string last = client(MessageKind::kText, "last");
  EXPECT_EQ(ask(last + close(1000)), "\x81\x04last\x88\x02\x03\xe8");
  EXPECT_FALSE(events_.going_on);
  EXPECT_EQ(events_.diary, (Lines{"text 4 B = last", "ended: "}));
  std::string more;
  EXPECT_FALSE(responder_->answer(nullptr, {}, more));
  EXPECT_EQ(more, "");
}

TEST_F(WebsocketResponder, AViolationIsToldAfterAllThatIsOwed) {
  open();
  const std::string last = client(MessageKind::kText, "last");
  EXPECT_EQ(ask(last + "\x83\x80\1\2\3\4"), "\x81\x04last\x88\x02\x03\xea");
  EXPECT_FALSE(events_.going_on);
}

TEST_F(WebsocketResponder, TheHandshakeIsAnsweredBeforeWhatCameWithIt) {
  EXPECT_EQ(ask(kRequest + client(MessageKind::kText, "last") + close(1001)),
            kSwitching + "\x81\x04last\x88\x02\x03\xe9");
  EXPECT_EQ(events_.diary,
            (Lines{"GET /chat = handshake", "text 4 B = last", "ended: "}));
  const std::unique_ptr<Responder> other = protocol_->start();
  events_.responder = other.get();
  events_.written.clear();
  feed(*other, kRequest + close(1001), events_);
  EXPECT_EQ(events_.written, kSwitching + "\x88\x02\x03\xe9");
  EXPECT_FALSE(events_.going_on);
}

TEST_F(WebsocketResponder, NothingFollowsARefusalHoweverMuchWasAsked) {
  StandInRule rule;
  rule.when = "handshake";
  rule.status = 403;
  events_.rule = &rule;
  const std::string refusal = ask(kRequest + client(MessageKind::kText, "a") +
                                  client(MessageKind::kPing, "p"));
  EXPECT_TRUE(refusal.starts_with("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_TRUE(refusal.ends_with("\r\n\r\n")) << refusal;
  EXPECT_FALSE(responder_->answer(nullptr, {}, events_.written));
  EXPECT_EQ(events_.written, refusal);
}

TEST_F(WebsocketResponder, NothingFollowsItsOwnGoodbye) {
  open();
  events_.responder = nullptr;
  feed(*responder_,
       client(MessageKind::kText, "a") + client(MessageKind::kText, "b"),
       events_);
  std::string out;
  EXPECT_TRUE(responder_->answer(nullptr, {}, out));
  responder_->say_goodbye(out);
  EXPECT_FALSE(responder_->answer(nullptr, {}, out));
  EXPECT_EQ(out,
            "\x81\x01"
            "a\x88\x02\x03\xe8");
}

TEST_F(WebsocketResponder, ItsOwnGoodbyeIsAnsweredByTheClient) {
  open();
  std::string out;
  responder_->say_goodbye(out);
  EXPECT_EQ(out, "\x88\x02\x03\xe8");
  EXPECT_EQ(ask(client(MessageKind::kText, "late") + close(1000)), "");
  EXPECT_EQ(events_.diary, Lines{"ended: "});
}

TEST_F(WebsocketResponder, AViolationIsAnsweredWithItsCode) {
  const std::pair<std::string, const char*> violations[] = {
      {"\x81\x05Hello", "\x88\x02\x03\xea"},
      {"\x81\x81\0\0\0\0\xff"s, "\x88\x02\x03\xef"},
      {"\x82\xff\0\0\1\0\0\0\0\0\0\0\0\0"s, "\x88\x02\x03\xf1"}};
  for (const auto& [bytes, answer] : violations) {
    const std::unique_ptr<Responder> responder = protocol_->start();
    ServerEvents events;
    events.responder = responder.get();
    events.protocol = protocol_.get();
    feed(*responder, kRequest, events);
    events.written.clear();
    feed(*responder, bytes, events);
    EXPECT_EQ(events.written, answer);
    ASSERT_EQ(events.diary.size(), 2u);
    EXPECT_TRUE(
        events.diary[1].starts_with("ended: the client broke RFC 6455: "))
        << events.diary[1];
  }
}

TEST_F(WebsocketResponder, AnswersMayComeLaterAndKeepTheirOrder) {
  events_.responder = nullptr;
  feed(*responder_,
       kRequest + client(MessageKind::kText, "a") +
           client(MessageKind::kPing, "p") + client(MessageKind::kBinary, "b"),
       events_);
  EXPECT_EQ(events_.diary,
            (Lines{"GET /chat = handshake", "text 1 B = a", "binary 1 B = b"}));
  std::string out = events_.written;
  for (int i = 0; i < 3; ++i) responder_->answer(nullptr, {}, out);
  EXPECT_EQ(out, kSwitching +
                     "\x8a\x01p\x81\x01"
                     "a\x82\x01"
                     "b");
}

TEST_F(WebsocketResponder, MessagesThatWaitForAnswersAreBounded) {
  open();
  events_.responder = nullptr;
  const std::string message =
      client(MessageKind::kBinary, std::string(1 << 20, 'x'));
  for (int i = 0; i < 40; ++i) feed(*responder_, message, events_);
  EXPECT_EQ(events_.diary.size(), 32u);
  EXPECT_EQ(events_.diary.back(),
            "ended: too many messages wait for their answer");
  EXPECT_EQ(events_.written, "\x88\x02\x03\xf0");
}

TEST_F(WebsocketResponder, ItDoesNotMatterWhereTheBytesAreCut) {
  std::string wire = kRequest + client(MessageKind::kText, "one") +
                     client(MessageKind::kPing, "p") +
                     client(MessageKind::kBinary, "two") + close(1001);
  const auto run = [&](std::size_t cut) {
    const std::unique_ptr<Responder> responder = protocol_->start();
    ServerEvents events;
    events.responder = responder.get();
    events.protocol = protocol_.get();
    feed(*responder, wire.substr(0, cut), events);
    feed(*responder, wire.substr(cut), events);
    events.diary.push_back(pongs_last(events.written));
    return events.diary;
  };
  const Lines whole = run(wire.size());
  EXPECT_EQ(whole.size(), 5u);
  for (std::size_t i = 0; i < wire.size(); ++i)
    EXPECT_EQ(run(i), whole) << "cut after byte " << i;
}

}  // namespace
}  // namespace tidemark::websocket_test
