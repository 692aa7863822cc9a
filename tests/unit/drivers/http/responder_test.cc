// The stand-in's side: what it understands, and its answers byte by byte.
#include "drivers/http/responder.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/drivers/http/story.h"

namespace tidemark {
namespace {

std::size_t all_at_once() { return std::string::npos; }

// The answer by `rule`, or the plain one, to `request`.
std::string answer(const std::string& request, const StandInRule* rule,
                   std::string_view generated = {}, bool* stays = nullptr) {
  struct Listener final : ResponderEvents {
    void asked(const Asked&) override { ++count; }
    void ended(std::string_view) override {}
    std::string& out() override { return answers; }
    int count = 0;
    std::string answers;
  };
  StandInSpec spec;
  if (rule != nullptr) spec.rules.push_back(*rule);
  const auto responder = make_http_responder(spec)->start();
  Listener listener;
  http_test::in_pieces(request, all_at_once,
                       [&](auto piece) { responder->take(piece, listener); });
  EXPECT_EQ(listener.count, 1) << request;
  const bool goes_on = responder->answer(rule, generated, listener.answers);
  if (stays != nullptr) *stays = goes_on;
  return listener.answers;
}

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(HttpResponder, ThePlainAnswerIsShort) {
  bool stays = false;
  EXPECT_EQ(answer(kGet, nullptr, {}, &stays),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
            "Content-Length: 3\r\n\r\nok\n");
  EXPECT_TRUE(stays);
}

TEST(HttpResponder, ARuleSaysStatusHeadersAndBody) {
  StandInRule rule;
  rule.status = 404;
  rule.headers = {{"X", "y"}, {"content-type", "text/html"}};
  rule.reply = "<p>";
  EXPECT_EQ(answer(kGet, &rule),
            "HTTP/1.1 404 Not Found\r\nX: y\r\ncontent-type: text/html\r\n"
            "Content-Length: 3\r\n\r\n<p>");
}

TEST(HttpResponder, ARuleMayNameItsReason) {
  StandInRule rule;
  rule.status = 299;
  rule.error = "Odd\r\nX: y";
  EXPECT_EQ(answer(kGet, &rule),
            "HTTP/1.1 299 Odd  X: y\r\nContent-Length: 0\r\n\r\n");
}

TEST(HttpResponder, HeadIsAnsweredWithoutABody) {
  EXPECT_EQ(answer("HEAD / HTTP/1.1\r\n\r\n", nullptr),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
            "Content-Length: 3\r\n\r\n");
}

TEST(HttpResponder, SomeStatusesHaveNoBody) {
  StandInRule rule;
  rule.status = 204;
  rule.reply = "never";
  EXPECT_EQ(answer(kGet, &rule), "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(HttpResponder, AnEchoIsTheRequestsBody) {
  StandInRule rule;
  rule.echo = true;
  EXPECT_TRUE(answer("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                     &rule)
                  .ends_with("Content-Length: 5\r\n\r\nabcde"));
}

TEST(HttpResponder, AnEchoHasAtMostAMebibyte) {
  StandInRule rule;
  rule.echo = true;
  const std::string body((1 << 20) + 7, 'x');
  const std::string told = answer(
      "POST / HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) +
          "\r\n\r\n" + body,
      &rule);
  EXPECT_NE(told.find("Content-Length: 1048576\r\n"), std::string::npos);
}

TEST(HttpResponder, AGeneratedBodyIsSent) {
  StandInRule rule;
  rule.size = Bytes{4};
  EXPECT_TRUE(
      answer(kGet, &rule, "gen!").ends_with("Content-Length: 4\r\n\r\ngen!"));
}

TEST(HttpResponder, ARuleThatSaysChunkedIsSentInChunks) {
  StandInRule rule;
  rule.headers = {{"transfer-encoding", "gzip, Chunked"}};
  rule.reply = "nineteen bytes long";
  bool stays = false;
  EXPECT_EQ(answer(kGet, &rule, {}, &stays),
            "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\n"
            "Content-Type: text/plain\r\n\r\n"
            "13\r\nnineteen bytes long\r\n0\r\n\r\n");
  EXPECT_TRUE(stays);
  rule.reply.clear();
  EXPECT_TRUE(answer(kGet, &rule).ends_with("Chunked\r\n\r\n0\r\n\r\n"));
  EXPECT_TRUE(
      answer("HEAD / HTTP/1.1\r\n\r\n", &rule).ends_with("Chunked\r\n\r\n"));
}

TEST(HttpResponder, ACodingThatIsNotChunkedLastsUntilFin) {
  StandInRule rule;
  rule.headers = {{"Transfer-Encoding", "gzip"}};
  rule.reply = "zip";
  bool stays = true;
  EXPECT_EQ(answer(kGet, &rule, {}, &stays),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n"
            "Content-Type: text/plain\r\nConnection: close\r\n\r\nzip");
  EXPECT_FALSE(stays);
}

TEST(HttpResponder, ARawReplyIsSentAsItIs) {
  StandInRule rule;
  rule.raw = true;
  rule.reply = "not HTTP";
  rule.repeat = 2;
  EXPECT_EQ(answer(kGet, &rule), "not HTTPnot HTTP");
}

TEST(HttpResponder, AReplyIsRepeated) {
  StandInRule rule;
  rule.status = 204;
  rule.repeat = 2;
  EXPECT_EQ(answer(kGet, &rule),
            "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
}

TEST(HttpResponder, AWishToCloseIsGranted) {
  bool stays = true;
  EXPECT_EQ(answer("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", nullptr, {},
                   &stays),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
            "Content-Length: 3\r\nConnection: close\r\n\r\nok\n");
  EXPECT_FALSE(stays);
}

TEST(HttpResponder, ARuleThatClosesGracefullySaysSo) {
  StandInRule rule;
  rule.close = CloseBehavior::kGraceful;
  bool stays = true;
  EXPECT_EQ(answer(kGet, &rule, {}, &stays),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
            "Connection: close\r\n\r\n");
  EXPECT_FALSE(stays);
}

TEST(HttpResponder, HttpOneZeroIsKeptAliveOnRequest) {
  bool stays = false;
  EXPECT_NE(answer("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", nullptr,
                   {}, &stays)
                .find("Connection: keep-alive\r\n"),
            std::string::npos);
  EXPECT_TRUE(stays);
  answer("GET / HTTP/1.0\r\n\r\n", nullptr, {}, &stays);
  EXPECT_FALSE(stays);
}

TEST(HttpResponder, RequestsAreToldByTheirPath) {
  EXPECT_EQ(
      http_test::request_story(
          "\r\nGET /a/b?c=d HTTP/1.1\r\n\r\n"
          "PUT http://h:1/x?y HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"
          "OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n"
          "GET /never HTTP/1.1\r\n\r\n",
          all_at_once)
          .substr(0, 116),
      "asked `/a/b` GET /a/b?c=d\n"
      "asked `/x` PUT http://h:1/x?y\n"
      "asked `*` OPTIONS *\nlast\nOUT\nHTTP/1.1 200 OK\r\nContent-Length");
}

TEST(HttpResponder, AnExpectedContinueIsSaid) {
  const std::string told = http_test::request_story(
      "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
      all_at_once);
  EXPECT_EQ(told, "OUT\nHTTP/1.1 100 Continue\r\n\r\n");
}

TEST(HttpResponder, ItsOwnWordsComeBehindTheAnswersThatAreOwed) {
  LateAnswers standin(make_http_responder({}));
  standin.waits = true;
  standin.take(kGet + kGet +
               "POST / HTTP/1.1\r\nExpect: 100-continue\r\n"
               "Content-Length: 2\r\n\r\n");
  EXPECT_EQ(standin.wire, "");
  const std::string ok =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
      "Content-Length: 3\r\n\r\nok\n";
  standin.answer_one();
  EXPECT_EQ(standin.wire, ok);
  standin.answer_one();
  EXPECT_EQ(standin.wire, ok + ok + "HTTP/1.1 100 Continue\r\n\r\n");
  standin.wire.clear();
  standin.take("hi\x16");
  EXPECT_EQ(standin.trouble, "not HTTP: bad method");
  standin.answer_one();
  EXPECT_EQ(standin.wire, ok + "HTTP/1.1 400 Bad Request\r\n"
                               "Content-Length: 0\r\n"
                               "Connection: close\r\n\r\n");
}

TEST(HttpResponder, WhatIsNotHttpIsAnsweredAndEnds) {
  EXPECT_EQ(http_test::request_story("\x16\x03\x01", all_at_once),
            "ended: not HTTP: bad method\nOUT\n"
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
            "Connection: close\r\n\r\n");
}

TEST(HttpResponder, AHeadWithoutEndIsTooLarge) {
  const std::string told = http_test::request_story(
      "GET / HTTP/1.1\r\nA: " + std::string(100'000, 'a'), all_at_once);
  EXPECT_TRUE(
      told.starts_with("ended: not HTTP: header limit exceeded\nOUT\n"
                       "HTTP/1.1 431 "))
      << told;
}

TEST(HttpResponder, RequestsWithoutAnAnswerAreBounded) {
  struct Counter final : ResponderEvents {
    void asked(const Asked&) override { ++count; }
    void ended(std::string_view why) override { trouble = why; }
    std::string& out() override { return answers; }
    int count = 0;
    std::string trouble;
    std::string answers;
  };
  const auto responder = make_http_responder({})->start();
  Counter counter;
  std::string requests;
  for (int i = 0; i < 10'005; ++i) requests += kGet;
  responder->take(
      {reinterpret_cast<std::uint8_t*>(requests.data()), requests.size()},
      counter);
  EXPECT_EQ(counter.count, 10'000);
  EXPECT_EQ(counter.trouble, "too many requests without an answer");
  EXPECT_EQ(counter.answers, "");
}

TEST(HttpResponder, ARuleFitsAPathOrItsBeginning) {
  const auto protocol = make_http_responder({});
  StandInRule rule;
  EXPECT_TRUE(protocol->fits(rule, {"/a", {}}));
  rule.when = "/a";
  EXPECT_TRUE(protocol->fits(rule, {"/a", {}}));
  EXPECT_FALSE(protocol->fits(rule, {"/a/b", {}}));
  rule.when = "/a/*";
  EXPECT_TRUE(protocol->fits(rule, {"/a/b", {}}));
  EXPECT_TRUE(protocol->fits(rule, {"/a/", {}}));
  EXPECT_FALSE(protocol->fits(rule, {"/a", {}}));
}

}  // namespace
}  // namespace tidemark
