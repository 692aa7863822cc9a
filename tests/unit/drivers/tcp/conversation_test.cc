// Raw TCP conversations, byte by byte.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/drivers/tcp/player.h"

namespace tidemark::tcp_test {
namespace {

// Plays all of `steps` at once, then takes `wire` in two parts, cut at every
// place: what is told is always the same.
Lines play_all_ways(const std::vector<Step>& steps, const std::string& wire) {
  Lines whole;
  for (std::size_t cut = 0; cut < wire.size(); ++cut) {
    Player player;
    for (const Step& step : steps) player.play(step);
    if (cut > 0) player.take(std::string_view(wire).substr(0, cut));
    player.take(std::string_view(wire).substr(cut));
    if (cut == 0) whole = player.told;
    EXPECT_EQ(player.told, whole) << "cut after byte " << cut;
  }
  Player player;
  for (const Step& step : steps) player.play(step);
  for (const char byte : wire) player.take({&byte, 1});
  EXPECT_EQ(player.told, whole) << "byte by byte";
  return whole;
}

TEST(TcpConversation, IsOpenAtOnceAndSaysNothing) {
  Player player;
  std::string out;
  EXPECT_TRUE(player.conversation().greet(out));
  EXPECT_FALSE(player.conversation().say_goodbye({}, out));
  EXPECT_EQ(out, "");
}

TEST(TcpConversation, SendsTheBodyAsItIs) {
  Player player;
  player.play(send_step(std::string("a\0\xff\r\n", 5)));
  EXPECT_EQ(player.sent, std::string("a\0\xff\r\n", 5));
}

TEST(TcpConversation, AnEchoIsAsLongAsWhatWasSent) {
  EXPECT_EQ(play_all_ways({send_step("hello", echo())}, "hello"),
            Lines{"reply 5: hello"});
}

TEST(TcpConversation, AnEchoThatDiffersSaysWhere) {
  EXPECT_EQ(
      play_all_ways({send_step("1234567890", echo())}, "123456x890"),
      Lines{"reply 10: 123456x890 !the reply differed from what was sent at "
            "byte 7"});
}

TEST(TcpConversation, AGeneratedEchoIsComparedByWhoMadeIt) {
  Step step;
  step.size = Bytes{4};
  step.expect = echo();
  EXPECT_EQ(play_all_ways({step}, "abcd"), Lines{"reply 4: abcd"});
}

TEST(TcpConversation, SeveralOnTheWayAreAnsweredInOrder) {
  EXPECT_EQ(
      play_all_ways(
          {send_step("one", echo()), send_step("three", echo()),
           send_step("x", equals("OK\n")), send_step("y", of_size(2))},
          "onethreeOK\nzz"),
      (Lines{"reply 3: one", "reply 5: three", "reply 3: OK\n", "reply 2: "}));
}

TEST(TcpConversation, AnEqualReplyEndsWhereItsTextEnds) {
  EXPECT_EQ(
      play_all_ways({send_step("PING\r\n", equals("+PONG\r\n"))}, "+PONG\r\n"),
      Lines{"reply 7: +PONG\r\n"});
}

TEST(TcpConversation, AnUnequalReplyIsToldAtTheFirstDifference) {
  Player player;
  player.play(send_step("PING\r\n", equals("+PONG\r\n")));
  player.take("+P");
  EXPECT_EQ(player.told, Lines{});
  player.take("ANG or so\r\n");
  EXPECT_EQ(player.told,
            Lines{"reply 13: +PANG or so\r\n !the reply differed from what "
                  "was wanted at byte 3"});
}

TEST(TcpConversation, AnUnequalReplyLeavesTheNextItsBytes) {
  EXPECT_EQ(
      play_all_ways({send_step("a", equals("yes")), send_step("b", echo())},
                    "yesb"),
      (Lines{"reply 3: yes", "reply 1: b"}));
  Player player;
  player.play(send_step("a", equals("yes")));
  player.play(send_step("b", echo()));
  player.take("yeSb");
  EXPECT_EQ(player.told,
            (Lines{"reply 3: yeS !the reply differed from what was wanted at "
                   "byte 3",
                   "reply 1: b"}));
}

TEST(TcpConversation, ATextIsFoundHoweverItIsCut) {
  EXPECT_EQ(play_all_ways({send_step("EHLO\r\n", contains("aab"))}, "aaaab"),
            Lines{"reply 5: aaaab"});
}

TEST(TcpConversation, TheRestOfALineBelongsToTheReplyThatContains) {
  Player player;
  player.play(send_step("EHLO\r\n", contains("250 ")));
  player.take("250 fine\r\n");
  EXPECT_EQ(player.told, Lines{"reply 10: 250 fine\r\n"});
}

TEST(TcpConversation, OneThatContainsLeavesTheRestToTheNext) {
  EXPECT_EQ(play_all_ways({send_step("a", contains("OK")),
                           send_step("b", equals("done"))},
                          "+OKdone"),
            (Lines{"reply 3: +OK", "reply 4: done"}));
}

TEST(TcpConversation, ATextThatNeverComesIsNotAwaitedForEver) {
  Player player;
  player.play(send_step("a", contains("never")));
  const std::string piece(64 << 10, 'n');
  for (int i = 0; i < 17; ++i) player.take(piece);
  ASSERT_EQ(player.told.size(), 1u);
  EXPECT_TRUE(player.told[0].ends_with("!1114112 bytes came without \"never\""))
      << player.told[0].substr(player.told[0].find('!'));
}

TEST(TcpConversation, BytesThatTrickleCostNoMoreTheMoreThereAre) {
  Player player;
  player.play(send_step("a", contains("never")));
  // With a copy of all for each byte, this would take a minute.
  for (std::int64_t i = 0; i <= kMaxTcpReply.value; ++i) player.take("n");
  EXPECT_EQ(player.told.size(), 1u);
}

TEST(TcpConversation, AReplyOfSoManyBytesIsCountedOnly) {
  Player player;
  player.play(send_step("a", of_size(10'000'000)));
  const std::string piece(1'000'000, 'x');
  for (int i = 0; i < 10; ++i) player.take(piece);
  EXPECT_EQ(player.told, Lines{"reply 10000000: "});
}

TEST(TcpConversation, SoManyBytesMayHaveToContainAText) {
  Expect expect = of_size(6);
  expect.contains = "cd";
  EXPECT_EQ(play_all_ways({send_step("a", expect)}, "abcdef"),
            Lines{"reply 6: abcdef"});
  EXPECT_EQ(play_all_ways({send_step("a", expect)}, "abc_ef"),
            Lines{"reply 6: abc_ef !the reply does not contain \"cd\""});
}

TEST(TcpConversation, AnyReplyIsWhatTheNextReadBrings) {
  Player player;
  player.play(send_step("a", any()));
  player.take("what");
  player.take("ever");
  EXPECT_EQ(player.told, (Lines{"reply 4: what", "pushed: ever"}));
}

TEST(TcpConversation, WhatNobodyAwaitsIsPushed) {
  Player player;
  player.play(send_step("a"));
  player.take("news");
  player.play(send_step("b", echo()));
  player.take("bmore");
  EXPECT_EQ(player.told, (Lines{"pushed: news", "reply 1: b", "pushed: more"}));
}

TEST(TcpConversation, WhatCameBeforeARequestIsNotItsReply) {
  Player player;
  ASSERT_EQ(player.prepare(send_step("a", echo())), "");
  ASSERT_EQ(player.prepare(send_step("b", echo())), "");
  player.on_reply = [&] {
    if (player.told.size() == 1) player.send(1);
  };
  player.send(0);
  player.take("ab");
  EXPECT_EQ(player.told, (Lines{"reply 1: a", "pushed: b"}));
  player.take("b");
  EXPECT_EQ(player.told.back(), "reply 1: b");
}

TEST(TcpConversation, ABannerIsReceivedAfterItsStepBegan) {
  EXPECT_EQ(
      play_all_ways({receive_step(equals("220 ready\r\n"))}, "220 ready\r\n"),
      Lines{"reply 11: 220 ready\r\n"});
}

TEST(TcpConversation, ABannerIsReceivedAlthoughItCameBefore) {
  Player player;
  ASSERT_EQ(player.prepare(receive_step(equals("220 ready\r\n"))), "");
  player.take("220 re");
  player.take("ady\r\n");
  EXPECT_EQ(player.told, Lines{});
  player.send(0);
  player.take("");
  EXPECT_EQ(player.told, Lines{"reply 11: 220 ready\r\n"});
  EXPECT_EQ(player.sent, "");
}

TEST(TcpConversation, ABannerIsPushedToAnEngineThatDoesNotAwaitIt) {
  Player player;
  player.play(receive_step(equals("220 ready\r\n")));
  player.give_up();
  player.take("220 re");
  EXPECT_EQ(player.told, Lines{});
  player.take("ady\r\n");
  EXPECT_EQ(player.told, Lines{"pushed: 220 ready\r\n"});
}

TEST(TcpConversation, AnUnclaimedBannerIsNoReplyToALaterRequest) {
  Player player;
  ASSERT_EQ(player.prepare(receive_step(any())), "");
  player.take("220 ready\r\n");
  player.play(send_step("a", echo()));
  player.take("a");
  EXPECT_EQ(player.told, (Lines{"pushed: 220 ready\r\n", "reply 1: a"}));
}

TEST(TcpConversation, ATextBehindTheOneThatWasFoundIsReceivedNext) {
  Player player;
  ASSERT_EQ(player.prepare(receive_step(contains("ready"))), "");
  player.on_reply = [&] {
    if (player.told.size() == 1) player.send(0);
  };
  player.play(send_step("SUBSCRIBE\n", contains("+OK\n")));
  player.take("+OK\nready");
  EXPECT_EQ(player.told, (Lines{"reply 9: +OK\nready", "reply 5: ready"}));
}

TEST(TcpConversation, UnclaimedBytesAreNotKeptWithoutEnd) {
  Player player;
  ASSERT_EQ(player.prepare(receive_step(any())), "");
  player.take(std::string(64 << 10, 'x'));
  EXPECT_EQ(player.told, Lines{});
  player.take("y");
  ASSERT_EQ(player.told.size(), 1u);
  EXPECT_EQ(player.told[0].size(), (64 << 10) + sizeof("pushed: "));
}

TEST(TcpConversation, AReplyThatIsNotAwaitedAnyLongerIsForgotten) {
  Player player;
  player.play(send_step("aaaa", echo()));
  player.take("aa");
  player.give_up();
  player.take("aa");
  EXPECT_EQ(player.told, Lines{"pushed: aaaa"});
}

TEST(TcpConversation, TheEndOfTheStreamCutsAReplyShort) {
  const std::pair<Step, const char*> cases[] = {
      {send_step("abcd", echo()),
       "reply 2: ab !the service closed after 2 of 4 bytes"},
      {send_step("x", equals("abc")),
       "reply 2: ab !the service closed after 2 of 3 bytes"},
      {send_step("x", of_size(5)),
       "reply 2: ab !the service closed after 2 of 5 bytes"},
      {send_step("x", contains("z")),
       "reply 2: ab !the service closed before \"z\" came"},
  };
  for (const auto& [step, line] : cases) {
    Player player;
    player.play(step);
    player.take("ab");
    player.conversation().take_end(player);
    const std::string told = player.told.at(0);
    // What is only counted is not shown.
    EXPECT_EQ(told, step.expect.size
                        ? "reply 2:  !the service closed after 2 of 5 bytes"
                        : line);
  }
}

TEST(TcpConversation, AnEndBeforeTheFirstByteIsNoReply) {
  Player player;
  player.play(send_step("x", equals("abc")));
  player.conversation().take_end(player);
  EXPECT_EQ(player.told, Lines{});
}

TEST(TcpConversation, UnclaimedBytesAreToldAtTheEnd) {
  Player player;
  ASSERT_EQ(player.prepare(receive_step(any())), "");
  player.take("late");
  player.conversation().take_end(player);
  EXPECT_EQ(player.told, Lines{"pushed: late"});
}

TEST(TcpConversation, NothingIsToldOnceTheEngineHasHadEnough) {
  Player player;
  player.play(send_step("a", echo()));
  player.play(send_step("b", echo()));
  player.on_reply = [&] { player.is_alive = false; };
  player.take("ab");
  EXPECT_EQ(player.told, Lines{"reply 1: a"});
}

TEST(TcpConversation, VariablesAreFilledIn) {
  Player player;
  player.names().add("user");
  player.values() = {"ann"};
  player.play(send_step("login {{ user }}\n", equals("hello {{ user }}\n")));
  EXPECT_EQ(player.sent, "login ann\n");
  player.take("hello ann\n");
  EXPECT_EQ(player.told, Lines{"reply 10: hello ann\n"});
}

TEST(TcpConversation, AnEmptyVariableIsAnEchoOfNothing) {
  Player player;
  player.names().add("user");
  player.values() = {""};
  player.play(send_step("{{ user }}", echo()));
  player.take("");
  EXPECT_EQ(player.told, Lines{"reply 0: "});
}

TEST(TcpConversation, AMessageIsAbandonedInItsMiddle) {
  WeightedClose close{CloseBehavior::kAbortMidMessage};
  LoadSpec spec;
  std::string out;
  Player(spec).conversation().begin_unfinished(close, out);
  EXPECT_EQ(out.size(), 32u);

  spec.flow = {receive_step(any()), send_step("PING\r\n")};
  out.clear();
  Player(spec).conversation().begin_unfinished(close, out);
  EXPECT_EQ(out, "PIN");

  close.after_bytes = 5;
  out.clear();
  Player(spec).conversation().begin_unfinished(close, out);
  EXPECT_EQ(out, "PING\r");

  spec.flow.clear();
  close.after_bytes = 1000;
  spec.close = {close};
  out.clear();
  Player(spec).conversation().begin_unfinished(close, out);
  EXPECT_EQ(out.size(), 1000u);
}

}  // namespace
}  // namespace tidemark::tcp_test
