// One conversation, byte by byte: what it says, and what it makes of a
// service that behaves and of one that does not.
#include "drivers/websocket/client.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/drivers/websocket/conversation_fixture.h"

namespace tidemark::websocket_test {
namespace {

using namespace std::string_literals;

TEST_F(WebsocketConversation, ItOpensWithTheRightReplyHoweverItIsCut) {
  start();
  std::string request;
  const std::size_t size = [&] {
    conversation_->greet(request);
    return switching(request).size();
  }();
  for (std::size_t cut = 0; cut <= size; ++cut) {
    conversation_ = protocol_->start(1);
    request.clear();
    conversation_->greet(request);
    const std::string reply = switching(request) + "\x81\x02hi";
    ClientEvents events;
    feed(*conversation_, reply.substr(0, cut), events);
    feed(*conversation_, reply.substr(cut), events);
    EXPECT_EQ(events.diary, (Lines{"open", "pushed: text hi"})) << cut;
  }
}

TEST_F(WebsocketConversation, AReplyThatOpensNothingSaysWhy) {
  const auto why = [this](const std::string& reply) {
    start();
    std::string request;
    conversation_->greet(request);
    ClientEvents events;
    feed(*conversation_, reply, events);
    feed(*conversation_, reply, events);  // nothing more is said
    return events.diary;
  };
  EXPECT_EQ(why("HTTP/1.1 404 Not Found\r\n\r\n"),
            Lines{"not open: HTTP 404 instead of 101"});
  EXPECT_EQ(why("HTTP/1.1 101 X\r\nA: " + std::string(20000, 'a')),
            Lines{"not open: the reply to the handshake is longer than 16 "
                  "KiB"});
  EXPECT_EQ(why("HTTP/1.1 101 X\r\n\r\n"),
            Lines{"not open: HTTP 101 with a wrong Upgrade, Connection or "
                  "Sec-WebSocket-Accept"});
  EXPECT_EQ(why("HTTP/1.1 101"), Lines{});
}

TEST_F(WebsocketConversation, AGeneratedBodyIsSentAndItsEchoLeftToTheEngine) {
  start();
  open();
  const auto request = prepare(protocol_->plain_step({.size = Bytes{5}}));
  EXPECT_EQ(request->generated, Bytes{5});
  EXPECT_EQ(send(*request, "01234"), Lines{"binary 01234"});
  take("\x82\x05wrong");
  EXPECT_EQ(events_.diary, Lines{"reply: binary wrong"});
}

TEST_F(WebsocketConversation, TextIsComparedWithItsEcho) {
  start();
  open();
  const auto request = prepare(text("Hello"));
  EXPECT_FALSE(request->generated);
  EXPECT_EQ(send(*request), Lines{"text Hello"});
  take("\x81\x05Hello");
  send(*request);
  take("\x81\x05Hallo");
  send(*request);
  take("\x82\x05Hello");
  EXPECT_EQ(events_.diary,
            (Lines{"reply: text Hello",
                   "an echo differed from what was sent: text Hallo",
                   "an echo differed from what was sent: binary Hello"}));
}

TEST_F(WebsocketConversation, ATemplateIsComparedWithWhatItGave) {
  start();
  open();
  const auto request =
      prepare(text("{{ $iteration }} of {{ $randomString(8) }}"));
  Lines sent = send(*request);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].starts_with("text 7 of ")) << sent[0];
  const std::string body = sent[0].substr(5);
  const std::string echo =
      "\x81" + std::string(1, static_cast<char>(body.size())) + body;
  take(echo);
  send(*request);
  take(echo);  // the first time's
  ASSERT_EQ(events_.diary.size(), 2u);
  EXPECT_EQ(events_.diary[0], "reply: text " + body);
  EXPECT_EQ(events_.diary[1],
            "an echo differed from what was sent: text " + body);
}

TEST_F(WebsocketConversation, AnyMessageIsAReplyWhereAnyWillDo) {
  start();
  open();
  const auto request = prepare(text("Hello", ReplyRule::kAny));
  send(*request);
  take("\x01\x02no\x89\0\x80\x01!"s);
  EXPECT_EQ(events_.diary, Lines{"reply: text no!"});
}

TEST_F(WebsocketConversation, WhatNobodyAwaitsIsPushed) {
  start();
  open();
  const auto request = prepare(text("Hello", ReplyRule::kIgnore));
  EXPECT_FALSE(request->wants_reply);
  send(*request);
  take("\x81\x05Hello\x82\x01x");
  EXPECT_EQ(events_.diary, (Lines{"pushed: text Hello", "pushed: binary x"}));
}

TEST_F(WebsocketConversation, AReceivingStepSendsNothingAndAwaitsAPush) {
  start();
  open();
  Step step;
  step.kind = StepKind::kReceive;
  const auto request = prepare(step);
  EXPECT_TRUE(request->wants_reply);
  EXPECT_EQ(send(*request), Lines{});
  take("\x81\x05Hello");
  EXPECT_EQ(events_.diary, Lines{"pushed: text Hello"});
}

TEST_F(WebsocketConversation, APingIsAnsweredAndAPongIsNot) {
  start();
  open();
  take("\x89\x01p\x8a\x01q\x89\0"s);
  EXPECT_EQ(read(events_.written), (Lines{"pong p", "pong "}));
  EXPECT_EQ(events_.diary, Lines{});
}

TEST_F(WebsocketConversation, PongsThatAreNotTakenDoNotPileUp) {
  start();
  open();
  const std::string ping = "\x89\x7d" + std::string(125, 'p');
  for (int i = 0; i < 2000; ++i) take(ping);
  EXPECT_LE(events_.written.size(), (64u << 10) + 131);
}

TEST_F(WebsocketConversation, TheCloseOfAServiceIsEchoed) {
  const auto ending = [this](const std::string& bytes) {
    events_ = {};
    start();
    open();
    take(bytes + "\x81\x02no");
    return std::pair(events_.diary, read(events_.written));
  };
  EXPECT_EQ(ending("\x88\x02\x03\xe9"),
            std::pair(Lines{"closing: closed by the service with code 1001"},
                      Lines{"close 1001 "}));
  EXPECT_EQ(ending("\x88\x05\x0f\xa1"
                   "bye"),
            std::pair(Lines{"closing: closed by the service with code 4001"},
                      Lines{"close 4001 "}));
  EXPECT_EQ(ending("\x88\0"s),
            std::pair(Lines{"closing: closed by the service without a code"},
                      Lines{"close 1005 "}));
}

TEST_F(WebsocketConversation, AViolationIsAnsweredWithItsCode) {
  struct Violation {
    std::string bytes;
    std::string what;
    std::string answer;
  };
  const Violation violations[] = {
      {"\x83\0"s, "invalid opcode", "close 1002 "},
      {"\x81\x81\0\0\0\0x"s, "Servers may not send masked frames",
       "close 1002 "},
      {"\x81\x01\xff", "Invalid UTF8 encoding", "close 1007 "},
      {"\x82\x7f\0\0\0\0\1\0\0\1"s, "A message was too large", "close 1009 "}};
  for (const Violation& violation : violations) {
    start();
    events_ = {};
    open();
    take(violation.bytes);
    EXPECT_EQ(events_.diary, Lines{"violation: the service broke RFC 6455: " +
                                   violation.what});
    EXPECT_EQ(read(events_.written), Lines{violation.answer});
    take("\x81\x02no");
    EXPECT_EQ(events_.diary.size(), 1u);
  }
}

TEST_F(WebsocketConversation, AGoodbyeIsAnswered) {
  start();
  open();
  std::string out;
  WeightedClose how;
  how.code = 4001;
  how.reason = "enough";
  EXPECT_TRUE(conversation_->say_goodbye(how, out));
  EXPECT_EQ(read(out), Lines{"close 4001 enough"});
  take("\x81\x04late\x89\x01p\x88\x02\x0f\xa1");
  EXPECT_EQ(events_.diary, (Lines{"pushed: text late", "answered: "}));
  EXPECT_EQ(events_.written, "");
  EXPECT_FALSE(conversation_->say_goodbye(how, out));
}

TEST_F(WebsocketConversation, AGoodbyeMayBeAnsweredWithAViolation) {
  start();
  open();
  std::string out;
  conversation_->say_goodbye({}, out);
  take("\x83\0"s);
  EXPECT_EQ(events_.diary,
            Lines{"violation: the service broke RFC 6455: invalid opcode"});
  EXPECT_EQ(events_.written, "");
}

TEST_F(WebsocketConversation, AnIgnoredCloseIsNotEchoedAndPingsStillAre) {
  start();
  open();
  std::string out;
  WeightedClose how;
  how.behavior = CloseBehavior::kIgnoreClose;
  conversation_->begin_unfinished(how, out);
  EXPECT_EQ(out, "");
  take("\x89\x01p\x88\x02\x03\xe8");
  EXPECT_EQ(events_.diary,
            Lines{"closing: closed by the service with code 1000"});
  EXPECT_EQ(read(events_.written), Lines{"pong p"});
}

TEST_F(WebsocketConversation, HalfAHandshakeIsHalfOrAsMuchAsWanted) {
  start();
  std::string whole;
  conversation_->greet(whole);
  const auto part = [&](std::uint32_t bytes) {
    std::string out;
    WeightedClose how;
    how.behavior = CloseBehavior::kAbortMidHandshake;
    how.after_bytes = bytes;
    protocol_->start(0)->begin_unfinished(how, out);
    EXPECT_TRUE(out.starts_with(
        whole.substr(0, std::min<std::size_t>(out.size(), 40))));
    return out.size();
  };
  EXPECT_EQ(part(0), whole.size() / 2);
  EXPECT_EQ(part(1), 1u);
  EXPECT_EQ(part(100000), whole.size() - 1);
}

TEST_F(WebsocketConversation, AnUnfinishedFramePromisesMoreThanIsSent) {
  start();
  open();
  WeightedClose how;
  how.behavior = CloseBehavior::kAbortMidFrame;
  for (const std::uint32_t bytes : {0u, 1u, 5u, 2000u, 100000u}) {
    std::string out;
    how.after_bytes = bytes;
    conversation_ = protocol_->start(0);
    conversation_->begin_unfinished(how, out);
    EXPECT_EQ(out.size(), bytes == 0 ? 516u : bytes);
    EXPECT_EQ(read(out), Lines{});  // neither a message nor an error
    EXPECT_EQ(out[0], '\x82');
  }
}

TEST_F(WebsocketConversation, AnUnfinishedFragmentIsAWholeFrameWithoutFin) {
  start();
  open();
  WeightedClose how;
  how.behavior = CloseBehavior::kAbortMidFragment;
  how.after_bytes = 3;
  std::string out;
  conversation_->begin_unfinished(how, out);
  EXPECT_EQ(out.size(), 9u);
  EXPECT_EQ(out[0], '\x01');
  // A server's codec waits for the rest of the message.
  EXPECT_EQ(read(out + "\x80\x81\0\0\0\0!"s), Lines{"text xxx!"});
  // What came behind it would be taken for more of it.
  take("\x89\x01p\x88\x02\x03\xe8");
  EXPECT_EQ(events_.written, "");
}

TEST_F(WebsocketConversation, ItStopsWhenTheEngineHasEnough) {
  start();
  open();
  events_.lines_to_live = 2;
  take("\x81\1a\x81\1b\x81\1c\x81\1d");
  EXPECT_EQ(events_.diary, (Lines{"pushed: text a", "pushed: text b"}));
}

TEST_F(WebsocketConversation, ItDoesNotMatterWhereTheBytesAreCut) {
  const std::string wire = "\x01\x02He\x89\x01p\x80\x03llo\x82\x7e\0\x80"s +
                           std::string(128, 'x') + "\x81\0\x88\x02\x03\xe8"s;
  start();
  const auto run = [&](std::size_t cut) {
    conversation_ = protocol_->start(0);
    events_ = {};
    open();
    take(wire.substr(0, cut));
    take(wire.substr(cut));
    Lines all = events_.diary;
    for (const std::string& line : read(events_.written)) all.push_back(line);
    return all;
  };
  const Lines whole = run(wire.size());
  EXPECT_EQ(whole.size(), 6u);
  for (std::size_t i = 0; i < wire.size(); ++i)
    EXPECT_EQ(run(i), whole) << "cut after byte " << i;
}

TEST_F(WebsocketConversation, TextThatIsNotUtf8IsSentAsTheFlowAskedForIt) {
  start();
  open();
  names_.add("bad");
  values_ = {"\xff"};
  std::string out;
  const auto request = prepare(text("{{ bad }}"));
  conversation_->send(*request, {context_, {}}, out);
  EXPECT_EQ(read(out), Lines{"error: Invalid UTF8 encoding"});
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHeapIsReal = false;
#else
constexpr bool kHeapIsReal = true;
#endif

TEST_F(WebsocketConversation, AnIdleOneCostsLessThan500Bytes) {
  if (!kHeapIsReal) return;  // see ci/not-run.txt
  constexpr std::size_t kMany = 1000;
  start();
  const auto request = prepare(text("{{ $iteration }}"));
  std::vector<std::unique_ptr<Conversation>> idle(kMany);
  const std::string pushed = "\x82\x7e\x10\0"s + std::string(4096, 'x');
  const auto begin = [&](std::unique_ptr<Conversation>& one) {
    one = protocol_->start(0);
    std::string out;
    one->greet(out);
    ClientEvents events;
    feed(*one, switching(out), events);
    out.clear();
    one->send(*request, {context_, {}}, out);
    events.request = request.get();
    feed(*one,
         "\x81\x01"
         "7" +
             pushed,
         events);
    EXPECT_EQ(events.diary.size(), 3u);
  };
  begin(idle[0]);  // what is shared is made
  idle[0].reset();
  const std::size_t before = mallinfo2().uordblks;
  for (std::unique_ptr<Conversation>& one : idle) begin(one);
  const std::size_t each = (mallinfo2().uordblks - before) / kMany;
  RecordProperty("bytes_per_conversation", static_cast<int>(each));
  EXPECT_LE(each, 500u);
  EXPECT_GE(each, 100u);  // or it was not measured
}

}  // namespace
}  // namespace tidemark::websocket_test
