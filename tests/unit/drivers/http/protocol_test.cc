// Steps as requests, and what a load is refused for.
#include "drivers/http/protocol.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/unit/drivers/http/story.h"

namespace tidemark {
namespace {

using http_test::protocol_for;

constexpr std::string_view kUsual =
    "Host: 127.0.0.1:9001\r\nUser-Agent: tidemark/";

// The request with the version taken out of its User-Agent.
std::string without_version(std::string text) {
  const std::size_t at = text.find("tidemark/");
  if (at == std::string::npos) return text;
  return text.erase(at + 9, text.find("\r\n", at) - at - 9);
}

struct Sent {
  LoadSpec load{};
  VariableNames names{};
  std::vector<std::string> values{};
  std::string generated{};

  std::string bytes(const Step& step) {
    const auto protocol = protocol_for(load);
    const auto request = protocol->prepare(step, names);
    if (!request) return "error: " + request.error().message;
    Random random(1);
    const TemplateContext context{.values = values, .random = random};
    std::string out;
    protocol->start(0)->send(**request, {context, generated}, out);
    return without_version(out);
  }
};

Step step_to(std::string method, std::string path, std::string body = {}) {
  Step step;
  step.method = std::move(method);
  step.path = std::move(path);
  step.body = std::move(body);
  return step;
}

TEST(HttpProtocol, ThePlainestRequestIsAGetOfTheLoadsResource) {
  EXPECT_EQ(Sent{}.bytes({}),
            "GET / HTTP/1.1\r\n" + std::string(kUsual) + "\r\n\r\n");
  EXPECT_EQ(Sent{}.bytes(protocol_for()->plain_step({})), Sent{}.bytes({}));
}

TEST(HttpProtocol, ABodyIsSentWithItsLength) {
  EXPECT_EQ(Sent{}.bytes(step_to("PUT", "/a", "Hello")),
            "PUT /a HTTP/1.1\r\n" + std::string(kUsual) +
                "\r\nContent-Length: 5\r\n\r\nHello");
}

TEST(HttpProtocol, ABodyWithoutAMethodIsPosted) {
  EXPECT_TRUE(Sent{}.bytes(step_to("", "/a", "x")).starts_with("POST /a "));
}

TEST(HttpProtocol, AnEmptyPostSaysSo) {
  EXPECT_TRUE(Sent{}
                  .bytes(step_to("POST", "/"))
                  .ends_with("\r\nContent-Length: 0\r\n\r\n"));
}

TEST(HttpProtocol, ABodyIsSentInChunks) {
  Step step = step_to("POST", "/", std::string(0x2003, 'x'));
  step.chunked = true;
  EXPECT_EQ(Sent{}.bytes(step),
            "POST / HTTP/1.1\r\n" + std::string(kUsual) +
                "\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n" +
                std::string(0x2000, 'x') + "\r\n3\r\nxxx\r\n0\r\n\r\n");
  step.body.clear();
  EXPECT_TRUE(Sent{}.bytes(step).ends_with("chunked\r\n\r\n0\r\n\r\n"));
}

TEST(HttpProtocol, AGeneratedBodyComesWithTheSending) {
  Step step;
  step.size = Bytes{5};
  Sent sent{.generated = "12345"};
  EXPECT_TRUE(sent.bytes(step).ends_with("Content-Length: 5\r\n\r\n12345"));
  step.chunked = true;
  EXPECT_TRUE(sent.bytes(step).ends_with(
      "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n"));
}

TEST(HttpProtocol, TheStepsHeadersReplaceTheLoads) {
  Sent sent;
  sent.load.headers = {{"A", "load"}, {"B", "load"}};
  Step step;
  step.headers = {{"a", "step"}};
  EXPECT_EQ(sent.bytes(step), "GET / HTTP/1.1\r\n" + std::string(kUsual) +
                                  "\r\nB: load\r\na: step\r\n\r\n");
}

TEST(HttpProtocol, HostAndUserAgentMayBeGiven) {
  Sent sent;
  sent.load.headers = {{"host", "a"}, {"USER-AGENT", "b"}};
  EXPECT_EQ(sent.bytes({}),
            "GET / HTTP/1.1\r\nUSER-AGENT: b\r\nhost: a\r\n\r\n");
}

TEST(HttpProtocol, VariablesAreFilledInEverywhere) {
  Sent sent;
  sent.names.add("v");
  sent.values = {"seven"};
  Step step = step_to("POST", "/{{ v }}/{{ v }}?a", "<{{ v }}>");
  step.headers = {{"X", "a {{ v }} b"}};
  EXPECT_EQ(sent.bytes(step),
            "POST /seven/seven?a HTTP/1.1\r\n" + std::string(kUsual) +
                "\r\nX: a seven b\r\nContent-Length: 7\r\n\r\n<seven>");
  step.chunked = true;
  EXPECT_TRUE(sent.bytes(step).ends_with(
      "\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<seven>\r\n0\r\n\r\n"));
}

TEST(HttpProtocol, AHostileValueDoesNotMakeASecondRequest) {
  Sent sent;
  sent.names.add("v");
  sent.values = {"a b\r\nX: y\r\n\r\nGET /"};
  Step step = step_to("GET", "/{{ v }}");
  EXPECT_TRUE(sent.bytes(step).starts_with(
      "GET /a%20b%0D%0AX:%20y%0D%0A%0D%0AGET%20/ HTTP/1.1\r\n"));
  step = step_to("GET", "/");
  step.headers = {{"X", "{{ v }}"}};
  EXPECT_TRUE(sent.bytes(step).ends_with("\r\nX: a b  X: y    GET /\r\n\r\n"));
}

TEST(HttpProtocol, WhatCannotBeSentIsRefused) {
  Step words;
  words.words = {"GET", "key"};
  Step both = step_to("POST", "/", "x");
  both.size = Bytes{1};
  Step length;
  length.headers = {{"content-length", "5"}};
  Step coding;
  coding.headers = {{"Transfer-Encoding", "chunked"}};
  Step line;
  line.headers = {{"A", "b\r\nc"}};
  Step name;
  name.headers = {{"A b", "c"}};
  const std::vector<std::pair<Step, std::string>> cases{
      {words, "an HTTP step has no command words"},
      {both, "a step has either `body` or `size`, found both"},
      {length, "header `content-length` is written by the request"},
      {coding, "header `Transfer-Encoding` is written by the request"},
      {line, "header `A` cannot be sent: its value has a line end"},
      {name, "`A b` is no name of a header"},
      {step_to("G T", "/"), "`G T` is no HTTP method"},
      {step_to("GET", "a"), "path `a` does not begin with /"},
      {step_to("GET", "/a b"),
       "path `/a b` has a blank or a control character"},
  };
  for (const auto& [step, message] : cases)
    EXPECT_EQ(Sent{}.bytes(step), "error: " + message);
}

TEST(HttpProtocol, ALoadsHeadersAreCheckedAtOnce) {
  LoadSpec load;
  load.headers = {{"Content-Length", "5"}};
  const auto protocol = make_http_protocol(load, {"http", "a", 80, "/"});
  ASSERT_FALSE(protocol);
  EXPECT_EQ(protocol.error().kind, ErrorKind::kUsage);
}

TEST(HttpProtocol, OptionsMayAskForTheWholeService) {
  EXPECT_TRUE(Sent{}.bytes(step_to("OPTIONS", "*")).starts_with("OPTIONS * "));
}

TEST(HttpProtocol, WhatIsNeededOfAReplyIsKept) {
  const auto protocol = protocol_for();
  Step step;
  EXPECT_FALSE((*protocol->prepare(step, {}))->keep_body);
  step.expect.replies = ReplyRule::kEcho;
  EXPECT_TRUE((*protocol->prepare(step, {}))->keep_body);
  step.expect = {};
  step.captures.push_back({"a", CaptureFrom::kJson, "$.a"});
  EXPECT_TRUE((*protocol->prepare(step, {}))->keep_body);
}

TEST(HttpProtocol, WhatIsReceivedUnaskedHasNoRequest) {
  Step step;
  step.kind = StepKind::kReceive;
  EXPECT_EQ(Sent{}.bytes(step), "");
}

std::string unfinished(WeightedClose close) {
  LoadSpec load;
  load.headers = {{"A", "b"}, {"C", "{{ v }}"}};
  std::string out;
  protocol_for(load)->start(0)->begin_unfinished(close, out);
  return without_version(out);
}

TEST(HttpProtocol, AnAbortedHandshakeIsHalfAHead) {
  WeightedClose close{.behavior = CloseBehavior::kAbortMidHandshake};
  EXPECT_EQ(unfinished(close), "GET / HTTP/1.1\r\nHost: 127.0.0.1:9001\r");
  close.after_bytes = 5;
  EXPECT_EQ(unfinished(close), "GET /");
  close.after_bytes = 5000;
  EXPECT_EQ(unfinished(close),
            "GET / HTTP/1.1\r\n" + std::string(kUsual) + "\r\nA: b\r\n\r");
}

TEST(HttpProtocol, AnAbortedUploadIsHalfABody) {
  WeightedClose close{.behavior = CloseBehavior::kAbortMidBody};
  EXPECT_TRUE(unfinished(close).ends_with(
      "\r\nA: b\r\nContent-Length: 16384\r\n\r\n" + std::string(8192, 'x')));
  close.after_bytes = 3;
  EXPECT_TRUE(unfinished(close).ends_with("Content-Length: 6\r\n\r\nxxx"));
}

TEST(HttpProtocol, AnUnreadBodyIsAskedFor) {
  EXPECT_EQ(unfinished({.behavior = CloseBehavior::kUnreadBody}),
            "GET / HTTP/1.1\r\n" + std::string(kUsual) + "\r\nA: b\r\n\r\n");
}

TEST(HttpProtocol, AnswersAreDescribedInFewWords) {
  const auto protocol = protocol_for();
  EXPECT_EQ(protocol->describe_answer(""), "");
  EXPECT_EQ(protocol->describe_answer("HTTP/1.1 400 Bad"), "HTTP 400");
  EXPECT_EQ(protocol->describe_answer("HTTP/1.0 505"), "HTTP 505");
  EXPECT_EQ(protocol->describe_answer("HTTP/1.1 4"), "not HTTP: HTTP/1.1 4");
  EXPECT_EQ(protocol->describe_answer("\x15<html>"), "not HTTP: ?<html>");
  EXPECT_EQ(protocol->describe_answer(std::string(100, 'x')),
            "not HTTP: " + std::string(24, 'x'));
}

TEST(HttpProtocol, BehaviorsAreThoseOfHttp) {
  const auto protocol = protocol_for();
  const auto all = protocol->behaviors();
  EXPECT_EQ(all.size(), 10u);
  EXPECT_EQ(std::count(all.begin(), all.end(), CloseBehavior::kAbortMidFrame),
            0);
}

}  // namespace
}  // namespace tidemark
