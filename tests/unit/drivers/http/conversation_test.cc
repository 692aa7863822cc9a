// Replies byte by byte: what is told of them, and that it does not matter
// where they are cut.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "drivers/http/conversation.h"
#include "tests/unit/drivers/http/story.h"

namespace tidemark {
namespace {

using http_test::Teller;

constexpr unsigned kPlain = 0;
constexpr unsigned kHeadOnly = 2;
constexpr unsigned kKeepBody = 4;
constexpr unsigned kConnect = 8;
constexpr unsigned kKeepHead = 16;

std::size_t all_at_once() { return std::string::npos; }

std::string story(unsigned kind, std::string_view bytes) {
  return http_test::reply_story(kind, bytes, all_at_once);
}

std::map<std::string, std::string> corpus() {
  std::map<std::string, std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator("tests/fuzz/corpus/http")) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename()] = {std::istreambuf_iterator<char>(file),
                                      std::istreambuf_iterator<char>()};
  }
  return files;
}

TEST(HttpConversation, EveryCutOfTheCorpusTellsTheSameStory) {
  const auto files = corpus();
  ASSERT_GT(files.size(), 30u);
  for (const auto& [name, file] : files) {
    const std::string whole = http_test::corpus_story(file, all_at_once);
    EXPECT_EQ(http_test::corpus_story(file, [] { return 1u; }), whole)
        << name << " byte by byte";
    for (std::size_t i = 1; i + 1 < file.size(); ++i) {
      bool first = true;
      const auto cut = [&] {
        return std::exchange(first, false) ? i : std::string::npos;
      };
      ASSERT_EQ(http_test::corpus_story(file, cut), whole)
          << name << " cut after byte " << i;
    }
  }
}

TEST(HttpConversation, IsOpenAtOnceAndSaysNoGoodbye) {
  const auto protocol = http_test::protocol_for();
  const auto conversation = protocol->start(0);
  std::string out;
  EXPECT_TRUE(conversation->greet(out));
  EXPECT_FALSE(conversation->say_goodbye({}, out));
  EXPECT_EQ(out, "");
}

TEST(HttpConversation, ABodyIsCountedAndKeptOnlyIfItIsNeeded) {
  const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello";
  EXPECT_EQ(story(kPlain, reply), "reply 200 of 5 `` ``\nFIN\n");
  EXPECT_EQ(story(kKeepBody, reply), "reply 200 of 5 `` `Hello`\nFIN\n");
}

TEST(HttpConversation, AHeadIsKeptIfItIsNeeded) {
  EXPECT_EQ(
      story(kKeepHead, "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 0\r\n\r\n"),
      "reply 200 of 0 `HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 0\r\n\r\n` "
      "``\nFIN\n");
}

TEST(HttpConversation, ChunksArePutTogether) {
  EXPECT_EQ(story(kKeepBody,
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nHel\r\n2;a=b\r\nlo\r\n0\r\nA: b\r\n\r\n"),
            "reply 200 of 5 `` `Hello`\nFIN\n");
}

TEST(HttpConversation, AReplyMayLastUntilTheFin) {
  EXPECT_EQ(story(kKeepBody, "HTTP/1.1 200 OK\r\n\r\nHello"),
            "FIN\nreply 200 of 5 `` `Hello`\nanswered: Connection: close\n");
}

TEST(HttpConversation, AReplyThatTheFinCutsShortIsAViolation) {
  for (const char* reply :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHel", "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nHel\r\n"})
    EXPECT_EQ(story(kPlain, reply),
              "FIN\nviolation: the reply was cut short\n");
}

TEST(HttpConversation, AFinBetweenRepliesIsNothing) {
  EXPECT_EQ(story(kPlain, ""), "FIN\n");
}

TEST(HttpConversation, RepliesWithoutABodyHaveNone) {
  EXPECT_EQ(story(kHeadOnly,
                  "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "reply 200 of 0 `` ``\nreply 200 of 0 `` ``\nFIN\n");
  EXPECT_EQ(story(kPlain,
                  "HTTP/1.1 204 No Content\r\n\r\n"
                  "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
            "reply 204 of 0 `` ``\nreply 304 of 0 `` ``\nFIN\n");
}

TEST(HttpConversation, AnInterimReplyIsNotTheReply) {
  EXPECT_EQ(story(kPlain,
                  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\n\r\n"
                  "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"),
            "reply 201 of 0 `` ``\nFIN\n");
}

TEST(HttpConversation, AServiceThatClosesIsAtTheEnd) {
  EXPECT_EQ(story(kPlain,
                  "HTTP/1.1 200 OK\r\nConnection: close\r\n"
                  "Content-Length: 1\r\n\r\n1"),
            "reply 200 of 1 `` ``\nanswered: Connection: close\nFIN\n");
  EXPECT_EQ(story(kPlain, "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n1"),
            "reply 200 of 1 `` ``\nanswered: Connection: close\nFIN\n");
}

TEST(HttpConversation, HttpOneZeroMayBeKeptAlive) {
  EXPECT_EQ(story(kPlain,
                  "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
                  "Content-Length: 1\r\n\r\n1"),
            "reply 200 of 1 `` ``\nFIN\n");
}

TEST(HttpConversation, AStatusOf400OrMoreIsAnError) {
  EXPECT_EQ(story(kPlain, "HTTP/1.1 503 Oh\r\nContent-Length: 0\r\n\r\n"),
            "reply 503 (HTTP 503) of 0 `` ``\nFIN\n");
}

TEST(HttpConversation, AnExpectedStatusIsJudgedElsewhere) {
  const auto protocol = http_test::protocol_for();
  Step step;
  step.expect.status = 503;
  Teller teller;
  teller.request = std::move(*protocol->prepare(step, {}));
  std::string reply = "HTTP/1.1 503 Oh\r\nContent-Length: 0\r\n\r\n";
  protocol->start(0)->take(
      {reinterpret_cast<std::uint8_t*>(reply.data()), reply.size()}, teller);
  EXPECT_EQ(teller.story, "reply 503 of 0 `` ``\n");
}

TEST(HttpConversation, AReplyThatNobodyAskedForIsAViolation) {
  std::string replies;
  std::string told;
  for (int i = 0; i < 5; ++i) {
    replies += "HTTP/1.1 204 No Content\r\n\r\n";
    told += i < 4 ? "reply 204 of 0 `` ``\n"
                  : "violation: a reply that nobody asked for\n";
  }
  EXPECT_EQ(story(kPlain, replies), told + "FIN\n");
}

TEST(HttpConversation, AMissingReasonIsForgiven) {
  EXPECT_EQ(story(kPlain, "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
            "reply 200 of 0 `` ``\nFIN\n");
}

TEST(HttpConversation, WhatIsNotHttpIsSaidToBe) {
  const std::map<std::string, std::string> cases{
      {"-ERR", "bad version"},
      {"HTTP/2.0 200 OK\r\n\r\n", "bad version"},
      {"HTTP/1.1 2x0 OK\r\n\r\n", "bad status"},
      {"HTTP/1.1 200 OK\nA: b\n\n", "bad line ending"},
      {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "bad field"},
      {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "bad Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
       "multiple Content-Length"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
       "bad chunk"},
  };
  for (const auto& [bytes, why] : cases)
    EXPECT_EQ(story(kPlain, bytes), "violation: not HTTP: " + why + "\nFIN\n")
        << bytes;
}

TEST(HttpConversation, NothingWithoutEndIsCollected) {
  const std::string endless(http::kMaxHead, 'a');
  const std::string limit = "violation: not HTTP: header limit exceeded\nFIN\n";
  EXPECT_EQ(story(kPlain, "HTTP/1.1 200 OK\r\nA: " + endless), limit);
  EXPECT_EQ(story(kPlain,
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "5;a=" +
                      endless),
            limit);
  EXPECT_EQ(story(kPlain,
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "0\r\nA: " +
                      endless),
            limit);
}

TEST(HttpConversation, OnlyTheFirstMebibyteOfABodyIsKept) {
  const std::size_t size = http::kMaxKeptBody + 5;
  const std::string told = story(
      kKeepBody, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) +
                     "\r\n\r\n" + std::string(size, 'x'));
  EXPECT_EQ(told, "reply 200 of " + std::to_string(size) + " `` `" +
                      std::string(http::kMaxKeptBody, 'x') + "`\nFIN\n");
}

TEST(HttpConversation, EventsArePushedAfterTheReply) {
  EXPECT_EQ(story(kPlain,
                  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                  "\r\n: hello\n\ndata: 1\nid: 7\n\ndata:2\rdata: 3\r\r"
                  "event: x\r\n\r\ndata: 4\r\n\r\ndata: unfinished"),
            "reply 200 of 0 `` ``\npushed `1`\npushed `2\n3`\npushed `4`\n"
            "FIN\nanswered: Connection: close\n");
}

TEST(HttpConversation, AByteOrderMarkIsNotOfTheFirstEvent) {
  EXPECT_EQ(story(kPlain,
                  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                  "\r\n\xef\xbb\xbf"
                  "data: 1\n\n"
                  "\xef\xbb\xbf"
                  "data: never\n\n"),
            "reply 200 of 0 `` ``\npushed `1`\nFIN\n"
            "answered: Connection: close\n");
}

TEST(HttpConversation, AnEventOfAnySizeIsBounded) {
  const std::string much(http::EventStream::kMaxEvent, 'x');
  const std::string told = story(
      kPlain,
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata:" + much +
          "\ndata:" + much + "\n\n");
  EXPECT_LT(told.size(), http::EventStream::kMaxEvent + 200);
}

TEST(HttpConversation, AStreamOfEventsMayEndAndAnotherReplyFollow) {
  EXPECT_EQ(story(kPlain,
                  "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n"
                  "9\r\ndata: 1\n\n\r\n0\r\n\r\nHTTP/1.1 204 No\r\n\r\n"),
            "reply 200 of 0 `` ``\npushed `1`\nreply 204 of 0 `` ``\nFIN\n");
}

TEST(HttpConversation, BehindATunnelAnythingGoes) {
  EXPECT_EQ(story(kConnect, "HTTP/1.1 200 Fine\r\n\r\nHTTP/ or not"),
            "reply 200 of 0 `` ``\nHTTP/ or notFIN\n");
  EXPECT_EQ(story(kPlain, "HTTP/1.1 101 Other\r\n\r\nother"),
            "reply 101 of 0 `` ``\notherFIN\n");
}

TEST(HttpConversation, ARefusedTunnelHasABody) {
  EXPECT_EQ(story(kConnect,
                  "HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno"
                  "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"),
            "reply 407 (HTTP 407) of 2 `` ``\n"
            "reply 407 (HTTP 407) of 0 `` ``\nFIN\n");
}

TEST(HttpConversation, AnIdleOneIsSmall) {
  EXPECT_LE(sizeof(http::HttpConversation), 200u);
}

// Is not alive any more after the first reply.
struct Leaver final : ConversationEvents {
  void greeted(Status) override {}
  void replied(const Reply&) override { ++calls; }
  void pushed(const Reply&) override { ++calls; }
  void ended(Ending, std::string_view) override { ++calls; }
  const Request* awaited() const override { return request.get(); }
  std::string& out() override { return answers; }
  bool alive() const override { return calls == 0; }

  std::unique_ptr<Request> request;
  int calls = 0;
  std::string answers;
};

TEST(HttpConversation, NothingIsToldToThoseWhoLeft) {
  for (std::string bytes :
       {"HTTP/1.1 204 No\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
        "HTTP/1.1 204 No\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 204 No\r\n\r\ngarbage", "HTTP/1.1 101 Other\r\n\r\nother",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
        "data: 1\n\ndata: 2\n\n"}) {
    const auto protocol = http_test::protocol_for();
    Leaver leaver;
    leaver.request = std::move(*protocol->prepare({}, {}));
    const auto conversation = protocol->start(0);
    conversation->take(
        {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}, leaver);
    conversation->take_end(leaver);
    EXPECT_EQ(leaver.calls, 1) << bytes;
  }
}

}  // namespace
}  // namespace tidemark
