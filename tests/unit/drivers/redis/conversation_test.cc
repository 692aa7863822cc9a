// A Redis conversation: what it writes, and what it makes of what comes.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "drivers/redis/protocol.h"
#include "tests/unit/drivers/redis/talk.h"

namespace tidemark::redis {
namespace {

std::string refusal(const Step& step) {
  Talk talk;
  const auto request = talk.protocol().prepare(step, talk.names());
  if (request) return "prepared";
  EXPECT_EQ(request.error().kind, ErrorKind::kUsage);
  return request.error().message;
}

Step wanting_text(std::vector<std::string> words) {
  Step step = step_of(std::move(words));
  step.expect.contains = "x";
  return step;
}

TEST(RedisGreeting, ThereIsNoneByDefault) {
  Talk talk;
  EXPECT_TRUE(talk.greet().open());
  EXPECT_EQ(talk.wire, "");
}

TEST(RedisGreeting, Resp3IsAskedForWithAName) {
  Talk talk(resp(3));
  EXPECT_FALSE(talk.greet().open());
  EXPECT_EQ(talk.wire,
            "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n"
            "*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$8\r\ntidemark\r\n");
  talk.hear("%1\r\n+proto\r\n:3\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{});
  talk.hear("+OK\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{"greeted"});
}

TEST(RedisGreeting, CredentialsAndDatabaseAreSent) {
  LoadSpec spec;
  spec.username = "u";
  spec.password = "p";
  Talk plain(spec, "/2");
  plain.greet();
  EXPECT_EQ(plain.wire.substr(0, plain.wire.find("*3\r\n$6\r\nCLIENT")),
            "*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$1\r\np\r\n"
            "*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n");
  spec.username.clear();
  Talk alone(spec);
  alone.greet();
  EXPECT_TRUE(alone.wire.starts_with("*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n"));
  spec.resp = 3;
  Talk both(spec);
  both.greet();
  EXPECT_TRUE(both.wire.starts_with(
      "*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$7\r\ndefault\r\n"
      "$1\r\np\r\n"));
}

TEST(RedisGreeting, AnErrorNamesTheCommandAndHidesThePassword) {
  LoadSpec spec;
  spec.password = "secret";
  Talk talk(spec);
  talk.greet().hear(
      "-ERR unknown command 'AUTH', with args beginning with: 'secret'\r\n"
      "+OK\r\n");
  EXPECT_EQ(talk.take_lines(),
            Lines{"refused AUTH: ERR unknown command 'AUTH', with args "
                  "beginning with: '***'"});
}

TEST(RedisGreeting, AServiceThatKnowsNoNamesIsGreetedAllTheSame) {
  Talk talk(resp(3));
  talk.greet().hear("%0\r\n-ERR unknown command 'CLIENT'\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{"greeted"});
}

TEST(RedisGreeting, WhatIsNoRespIsRefused) {
  Talk talk(resp(3));
  talk.greet().hear("HTTP/1.1 400 Bad Request\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{"refused no RESP: `H` begins no reply"});
}

TEST(RedisGreeting, WhatCannotBeSaidIsRefused) {
  const auto message = [](const LoadSpec& spec, std::string resource) {
    const auto made = make_redis_protocol(spec, url_of(std::move(resource)));
    return made ? "made" : made.error().message;
  };
  EXPECT_EQ(message({}, "/abc"),
            "the path of a Redis URL is the number of a database, found "
            "`/abc`");
  EXPECT_EQ(message({}, "/1?x"),
            "the path of a Redis URL is the number of a database, found "
            "`/1?x`");
  EXPECT_EQ(message(resp(4), "/"), "`resp` is 2 or 3, found 4");
  LoadSpec nameless;
  nameless.username = "u";
  EXPECT_EQ(message(nameless, "/"), "a `username` without a `password`");
}

TEST(RedisRequest, WordsBecomeBulkStrings) {
  Talk talk;
  talk.send({"SET", "k", "a b"});
  EXPECT_EQ(talk.wire, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\na b\r\n");
}

TEST(RedisRequest, WithoutWordsItIsPing) {
  Talk talk;
  talk.send(Step{});
  EXPECT_EQ(talk.wire, "*1\r\n$4\r\nPING\r\n");
}

TEST(RedisRequest, AGeneratedValueIsTheLastWord) {
  Talk talk;
  Step step = step_of({"SET", "k"});
  step.size = Bytes{5};
  talk.send(step, "abcde");
  EXPECT_EQ(talk.wire, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nabcde\r\n");
}

TEST(RedisRequest, TemplatesAreFilledInForEachSending) {
  Talk talk;
  talk.names().add("user");
  talk.values() = {"alice"};
  talk.send({"GET", "k:{{ user }}", "tail"});
  EXPECT_EQ(talk.wire, "*3\r\n$3\r\nGET\r\n$7\r\nk:alice\r\n$4\r\ntail\r\n");
}

TEST(RedisRequest, WhatRedisHasNotIsRefused) {
  Step step = step_of({"GET", "k"});
  step.method = "GET";
  EXPECT_EQ(refusal(step), "Redis has no methods, paths and headers");
  step = step_of({"GET", "k"});
  step.body = "x";
  EXPECT_EQ(refusal(step), "Redis has no body of a message");
  step = step_of({"GET", "k"});
  step.expect.status = 200;
  EXPECT_EQ(refusal(step), "Redis has no status");
  step = step_of({"GET", "k"});
  step.expect.replies = ReplyRule::kEcho;
  EXPECT_EQ(refusal(step), "an echo is expected, but nothing is sent");
  step = step_of({"GET", "k"});
  step.captures.emplace_back();
  step.captures[0].from = CaptureFrom::kHeader;
  EXPECT_EQ(refusal(step), "Redis has no headers to capture");
  EXPECT_EQ(refusal(step_of({"", "k"})),
            "the first word of a command is empty");
  step = step_of({"GET"});
  step.kind = StepKind::kReceive;
  EXPECT_EQ(refusal(step), "a receiving step sends nothing");
  EXPECT_NE(refusal(step_of({"GET", "{{ nobody }}"})), "prepared");
}

TEST(RedisRequest, ThePlainStepEchoesTheTrafficsSize) {
  Talk talk;
  const Step step = talk.protocol().plain_step({.size = Bytes{10}});
  talk.send(step, "0123456789").hear("$10\r\n0123456789\r\n");
  EXPECT_EQ(talk.wire, "*2\r\n$4\r\nPING\r\n$10\r\n0123456789\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{"reply 0123456789"});
  const Step bare = talk.protocol().plain_step({.size = Bytes{0}});
  EXPECT_EQ(bare.size, std::nullopt);
  EXPECT_EQ(bare.expect.replies, ReplyRule::kAny);
}

TEST(RedisConversation, APipelineIsAnsweredInOrder) {
  Talk talk;
  talk.send(wanting_text({"GET", "a"})).send({"GET", "b"}).send({"INCR", "c"});
  talk.hear("$1\r\nx\r\n$9\r\nnot kept!\r\n-ERR no\r\n");
  EXPECT_EQ(talk.take_lines(), (Lines{"reply x", "reply #9", "error ERR no"}));
}

TEST(RedisConversation, AnErrorsTextIsCleaned) {
  Talk talk;
  talk.send({"X"}).send({"X"}).hear("-ERR \x1b[31mred\t\r\n-\r\n");
  EXPECT_EQ(talk.take_lines(),
            (Lines{"error ERR ?[31mred?", "error an error without a text"}));
}

// Wherever a service repeats the password: none of it is told, even where a
// text is cut in the middle of it.
TEST(RedisConversation, NoPartOfThePasswordIsTold) {
  LoadSpec spec;
  spec.password = "hunter2hunter2";
  const std::string half(193, 'x');  // 7 bytes before an error's text is cut
  const std::string line = "-" + half + spec.password + "\r\n";
  const std::string large =
      "!1100\r\n" + std::string(1020, ' ') + spec.password;
  const auto told = [&](std::string_view bytes, bool asked) {
    Talk talk(spec);
    talk.greet().hear("+OK\r\n+OK\r\n");
    if (asked) talk.send({"PING"});
    talk.hear(bytes);
    const Lines lines = talk.take_lines();
    EXPECT_EQ(lines.size(), 2u) << bytes;
    return lines.back();
  };
  const auto leaving = [&](std::string_view bytes) {
    Talk talk(spec);
    talk.greet().hear("+OK\r\n+OK\r\n").leave();
    return talk.hear(bytes).take_lines().back();
  };
  EXPECT_EQ(told(line, true), "error " + half + "***");
  EXPECT_EQ(told("-" + spec.password + "\r\n", false), "closing ***");
  EXPECT_EQ(told("+" + spec.password + "\r\n", false),
            "violation a reply that nobody asked for: +***");
  EXPECT_EQ(leaving("-" + spec.password + "\r\n"), "answered ***");
  EXPECT_EQ(told(large + std::string(1100 - 1020 - 14, 'y') + "\r\n", true),
            "error ***");
}

TEST(RedisConversation, APushNeverTakesAReplysPlace) {
  Talk talk(resp(3));
  talk.greet().hear("%0\r\n+OK\r\n").take_lines();
  Step receive;
  receive.kind = StepKind::kReceive;
  receive.expect.contains = "x";
  talk.prepare(receive);  // somebody looks at what is pushed
  talk.send({"GET", "a"});
  talk.hear(">2\r\n+invalidate\r\n*1\r\n+a\r\n+reply\r\n>1\r\n+late\r\n");
  EXPECT_EQ(talk.take_lines(),
            (Lines{"push invalidate a", "reply reply", "push late"}));
}

TEST(RedisConversation, AReplyThatNobodyAskedForIsAViolation) {
  Talk talk;
  talk.hear("+OK\r\n+OK\r\n");
  EXPECT_EQ(talk.take_lines(),
            Lines{"violation a reply that nobody asked for: +OK"});
}

TEST(RedisConversation, AnErrorThatNobodyAskedForIsAFarewell) {
  Talk talk;
  talk.hear("-ERR max number of clients reached\r\n");
  EXPECT_EQ(talk.take_lines(),
            Lines{"closing ERR max number of clients reached"});
}

TEST(RedisConversation, WhatIsNoRespIsAViolation) {
  Talk talk;
  talk.send({"PING"}).hear("PONG\r\n").hear("+PONG\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{"violation no RESP: `P` begins no reply"});
}

TEST(RedisConversation, IgnoredRepliesAreDroppedInTheirPlace) {
  Talk talk;
  Step ignored = step_of({"SET", "k", "v"});
  ignored.expect.replies = ReplyRule::kIgnore;
  talk.send({"A"}).send(ignored).send(ignored).send({"B"}).send(ignored);
  talk.hear("+a\r\n+no\r\n-ERR no\r\n+b\r\n+no\r\n+unasked\r\n");
  EXPECT_EQ(talk.take_lines(),
            (Lines{"reply a", "reply b",
                   "violation a reply that nobody asked for: +unasked"}));
}

TEST(RedisConversation, ClientReplyOffSilencesUntilOn) {
  Talk talk;
  Step ignored = step_of({"PING"});
  ignored.expect.replies = ReplyRule::kIgnore;
  talk.send({"client", "reply", "OFF"}).send(ignored).send(ignored);
  talk.send({"CLIENT", "REPLY", "ON"}).hear("+OK\r\n");
  talk.send({"CLIENT", "REPLY", "SKIP"}).send(ignored);
  talk.send({"PING"}).hear("+PONG\r\n");
  EXPECT_EQ(talk.take_lines(), (Lines{"reply OK", "reply PONG"}));
}

TEST(RedisConversation, ItTalksTheSameHoweverItsInputIsCut) {
  const std::string wire =
      "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
      "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$5\r\nhello\r\n"
      "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n"
      "$2\r\nxx\r\n-ERR no\r\n+unasked\r\n";
  const auto tell = [&](std::size_t cut) {
    Talk talk;
    talk.send({"SUBSCRIBE", "a"}).send({"UNSUBSCRIBE"});
    talk.send(wanting_text({"GET", "k"})).send({"X"});
    talk.hear(wire.substr(0, cut)).hear(wire.substr(cut));
    return talk.take_lines();
  };
  const Lines whole = tell(0);
  EXPECT_EQ(
      whole,
      (Lines{"reply #13", "push #15", "reply #15", "reply xx", "error ERR no",
             "violation a reply that nobody asked for: +unasked"}));
  for (std::size_t i = 1; i < wire.size(); ++i) EXPECT_EQ(tell(i), whole) << i;
}

TEST(RedisSubscription, TheLastConfirmationIsTheReply) {
  Talk talk;
  talk.send({"SUBSCRIBE", "a", "b"}).send({"PING"});
  talk.hear("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{});
  talk.hear("*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{"reply #13"});
  talk.hear("*2\r\n$4\r\npong\r\n$0\r\n\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{"reply #5"});
}

TEST(RedisSubscription, MessagesArePushedOnlyWhileOneSubscribes) {
  Talk talk;
  const std::string message = "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nm\r\n";
  talk.send(wanting_text({"LRANGE", "l", "0", "-1"})).hear(message);
  EXPECT_EQ(talk.take_lines(), Lines{"reply message a m"});
  talk.send({"SUBSCRIBE", "a"});
  talk.hear("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n" + message);
  EXPECT_EQ(talk.take_lines(), (Lines{"reply #13", "push #11"}));
  talk.send({"UNSUBSCRIBE", "a"});
  talk.hear("*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{"reply #15"});
  talk.send({"LRANGE", "l", "0", "-1"}).hear(message);
  EXPECT_EQ(talk.take_lines(), Lines{"reply #11"});
}

TEST(RedisSubscription, UnsubscribingFromAllIsAnsweredForEach) {
  Talk talk;
  talk.send({"PSUBSCRIBE", "p*"}).send({"SUBSCRIBE", "a", "b", "a"});
  talk.hear(
      "*3\r\n$10\r\npsubscribe\r\n$2\r\np*\r\n:1\r\n"
      "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:2\r\n"
      "*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:3\r\n"
      "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:3\r\n");
  EXPECT_EQ(talk.take_lines().size(), 2u);
  talk.send({"UNSUBSCRIBE"}).send({"PUNSUBSCRIBE"}).send({"UNSUBSCRIBE"});
  talk.hear("*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:2\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{});
  talk.hear("*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:1\r\n");
  EXPECT_EQ(talk.take_lines().size(), 1u);
  talk.hear("*3\r\n$12\r\npunsubscribe\r\n$2\r\np*\r\n:0\r\n");
  EXPECT_EQ(talk.take_lines().size(), 1u);
  talk.hear("*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n");
  EXPECT_EQ(talk.take_lines().size(), 1u);
}

TEST(RedisSubscription, InResp3ConfirmationsArePushes) {
  Talk talk(resp(3));
  talk.greet().hear("%0\r\n+OK\r\n").take_lines();
  talk.send({"SSUBSCRIBE", "a"}).send({"GET", "k"});
  talk.hear(
      ">3\r\n$10\r\nssubscribe\r\n$1\r\na\r\n:1\r\n"
      ">3\r\n$8\r\nsmessage\r\n$1\r\na\r\n$1\r\nm\r\n+v\r\n"
      ">3\r\n$12\r\nsunsubscribe\r\n$1\r\na\r\n:0\r\n");
  EXPECT_EQ(talk.take_lines(),
            (Lines{"reply #14", "push #12", "reply v", "push #16"}));
}

TEST(RedisSubscription, ARefusedSubscriptionIsOneReply) {
  Talk talk;
  talk.send({"SUBSCRIBE", "a", "b"}).send({"PING"});
  talk.hear("-NOPERM no\r\n+PONG\r\n");
  EXPECT_EQ(talk.take_lines(), (Lines{"error NOPERM no", "reply PONG"}));
}

TEST(RedisSubscription, MonitorsLinesArePushed) {
  Talk talk;
  talk.send({"MONITOR"}).send({"PING"});
  talk.hear(
      "+OK\r\n+1339518083.107412 [0 127.0.0.1:60866] \"keys\" \"*\"\r\n"
      "+PONG\r\n");
  const Lines lines = talk.take_lines();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "reply OK");
  EXPECT_TRUE(lines[1].starts_with("push 1339518083.107412"));
  EXPECT_EQ(lines[2], "reply PONG");
}

TEST(RedisFarewell, QuitIsAnsweredBehindWhatIsOnTheWay) {
  Talk talk;
  talk.send({"PING"}).take_wire();
  EXPECT_TRUE(talk.leave());
  EXPECT_EQ(talk.wire, "*1\r\n$4\r\nQUIT\r\n");
  talk.hear("+PONG\r\n+OK\r\n");
  EXPECT_EQ(talk.take_lines(), (Lines{"reply PONG", "answered "}));
}

TEST(RedisFarewell, AMutedServiceAnswersNoQuit) {
  Talk talk;
  talk.send({"CLIENT", "REPLY", "OFF"});
  EXPECT_FALSE(talk.leave());
}

TEST(RedisFarewell, HalfACommandIsAbortedWhereOneAsks) {
  Talk talk;
  talk.begin({.behavior = CloseBehavior::kAbortMidCommand});
  const std::string half = talk.take_wire();
  EXPECT_TRUE(half.starts_with("*5\r\n$3\r\nSET\r\n$14\r\ntidemark:abort"));
  talk.begin({.behavior = CloseBehavior::kAbortMidCommand, .after_bytes = 7});
  EXPECT_EQ(talk.take_wire(), "*5\r\n$3\r");
  talk.begin(
      {.behavior = CloseBehavior::kAbortMidCommand, .after_bytes = 9999});
  EXPECT_LT(talk.wire.size(), 9999u);
  EXPECT_FALSE(talk.wire.ends_with("\r\n"));
}

TEST(RedisFarewell, UnreadRepliesAreWholeCommands) {
  Talk talk;
  talk.begin({.behavior = CloseBehavior::kUnreadReplies});
  const std::string all = talk.take_wire();
  EXPECT_TRUE(all.ends_with("x\r\n"));
  talk.begin({.behavior = CloseBehavior::kUnreadReplies, .after_bytes = 1});
  EXPECT_EQ(talk.wire.size() * 32, all.size());
  // What comes of them is nobody's reply.
  talk.hear("*0\r\n");
  EXPECT_EQ(talk.take_lines(), Lines{});
}

TEST(RedisFarewell, ASubscriberVanishesWithItsSubscription) {
  Talk talk;
  talk.begin({.behavior = CloseBehavior::kSubscribedThenGone});
  EXPECT_TRUE(talk.wire.starts_with("*2\r\n$9\r\nSUBSCRIBE\r\n"));
}

}  // namespace
}  // namespace tidemark::redis
