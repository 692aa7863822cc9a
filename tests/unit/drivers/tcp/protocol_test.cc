// What a raw TCP load may say, its catalogue, and its words for people.
#include "drivers/tcp/protocol.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "tests/unit/drivers/tcp/player.h"

namespace tidemark::tcp_test {
namespace {

Expect both(Expect expect, std::string text) {
  expect.contains = std::move(text);
  return expect;
}

TEST(TcpProtocol, AStepWithoutExpectationAwaitsNothing) {
  Player player;
  const Result<std::unique_ptr<Request>> request =
      player.protocol().prepare(send_step("x"), player.names());
  ASSERT_TRUE(request);
  EXPECT_FALSE((*request)->wants_reply);
  EXPECT_FALSE((*request)->generated);
}

TEST(TcpProtocol, TheStepOfPlainTrafficIsAGeneratedMessage) {
  Player player;
  Traffic traffic;
  traffic.size = {100};
  const Result<std::unique_ptr<Request>> request = player.protocol().prepare(
      player.protocol().plain_step(traffic), player.names());
  ASSERT_TRUE(request);
  EXPECT_TRUE((*request)->wants_reply);
  EXPECT_TRUE((*request)->keep_body);
  EXPECT_EQ((*request)->generated, Bytes{100});
}

TEST(TcpProtocol, AnEmptyStepSendsThePlainestMessage) {
  Player player;
  const Result<std::unique_ptr<Request>> request =
      player.protocol().prepare(Step{}, player.names());
  ASSERT_TRUE(request);
  EXPECT_EQ((*request)->generated, Bytes{64});
}

TEST(TcpProtocol, AStepOfAnotherProtocolIsRefused) {
  Step step = send_step("x");
  step.method = "GET";
  EXPECT_EQ(Player().prepare(step), "a TCP step has no `method`");
  step = send_step("x");
  step.words = {"PING"};
  EXPECT_EQ(Player().prepare(step), "a TCP step has no `words`");
  step = send_step("x");
  step.expect.status = 200;
  EXPECT_EQ(Player().prepare(step), "a TCP step has no `status`");
}

TEST(TcpProtocol, AStepThatCannotBeIsRefused) {
  Step step = send_step("x");
  step.size = Bytes{1};
  EXPECT_EQ(Player().prepare(step),
            "a TCP step has bytes of its own or a size, not both");
  step = {};
  step.size = Bytes{0};
  EXPECT_EQ(Player().prepare(step),
            "wanted a size of at least 1 byte, found 0");
  step = receive_step(any());
  step.body = "x";
  EXPECT_EQ(Player().prepare(step), "a step that receives sends nothing");
  EXPECT_EQ(Player().prepare(receive_step(echo())),
            "a `receive` step has nothing that could come back");
  step = {};
  step.kind = StepKind::kThink;
  EXPECT_EQ(Player().prepare(step), "this TCP step neither sends nor receives");
}

TEST(TcpProtocol, AReplyToBeCapturedIsAwaitedAndKept) {
  Player player;
  Step step = send_step("x");
  step.captures = {{"token", CaptureFrom::kRegex, "(.*)"}};
  const Result<std::unique_ptr<Request>> request =
      player.protocol().prepare(step, player.names());
  ASSERT_TRUE(request);
  EXPECT_TRUE((*request)->wants_reply);
  EXPECT_TRUE((*request)->keep_body);
  step.captures[0].from = CaptureFrom::kHeader;
  EXPECT_EQ(player.prepare(step), "`token` cannot be captured from a header");
}

TEST(TcpProtocol, AReplyWithTwoEndsIsRefused) {
  const std::string message = "a TCP reply can end in one way only";
  Expect expect = equals("x");
  expect.size = Bytes{1};
  EXPECT_EQ(Player().prepare(send_step("x", expect)), message);
  EXPECT_EQ(Player().prepare(send_step("x", both(equals("x"), "x"))), message);
  EXPECT_EQ(Player().prepare(send_step("x", both(echo(), "x"))), message);
  expect = of_size(1);
  expect.replies = ReplyRule::kIgnore;
  EXPECT_EQ(Player().prepare(send_step("x", expect)), message);
}

TEST(TcpProtocol, ALargeReplyCanBeCountedButNotSearched) {
  EXPECT_EQ(Player().prepare(send_step("x", of_size(2'000'000))), "");
  EXPECT_EQ(Player().prepare(send_step("x", both(of_size(2'000'000), "x"))),
            "wanted a reply's size from 1 to 1048576 bytes, found 2000000");
  EXPECT_EQ(Player().prepare(send_step("x", of_size(0))),
            "wanted a reply's size from 1 to 1048576 bytes, found 0");
}

TEST(TcpProtocol, AnUnknownVariableIsRefused) {
  EXPECT_NE(Player().prepare(send_step("{{ nobody }}")), "");
  EXPECT_NE(Player().prepare(send_step("x", equals("{{ nobody }}"))), "");
}

TEST(TcpProtocol, AUrlWithAPathIsRefused) {
  const Result<std::unique_ptr<Protocol>> protocol =
      make_tcp_protocol({}, LoadUrl{"tcp", "127.0.0.1", 7, "/chat"});
  ASSERT_FALSE(protocol);
  EXPECT_EQ(protocol.error().message,
            "raw TCP has no path, but the url has `/chat`");
}

TEST(TcpProtocol, AnAnswerIsDescribedByItsFirstBytes) {
  Player player;
  const auto describe = [&](std::string_view bytes) {
    return player.protocol().describe_answer(bytes);
  };
  EXPECT_EQ(describe(""), "");
  EXPECT_EQ(describe("220 ok\r\n"), "\"220 ok\\r\\n\"");
  EXPECT_EQ(describe("\"\\\t"), "\"\\\"\\\\\\t\"");
  EXPECT_EQ(describe(std::string("\0\x1b\xff", 3)), "\"\\x00\\x1b\\xff\"");
  EXPECT_EQ(describe(std::string(38, 'a')), "\"" + std::string(38, 'a') + "\"");
  EXPECT_EQ(describe(std::string(39, 'a')),
            "\"" + std::string(35, 'a') + "\"...");
  for (std::size_t size = 1; size < 100; ++size)
    EXPECT_LE(describe(std::string(size, '\x80')).size(), 40u);
}

TEST(TcpProvocations, AreAllDifferentAndSaySomething) {
  Player player;
  Random random(1);
  const ProvocationScene scene{"127.0.0.1:7", "/", "", random};
  std::set<std::string_view> names;
  for (const Provocation& provocation : player.protocol().provocations()) {
    EXPECT_TRUE(names.insert(provocation.name).second) << provocation.name;
    EXPECT_EQ(provocation.name.find_first_not_of(
                  "abcdefghijklmnopqrstuvwxyz0123456789_"),
              std::string_view::npos);
    EXPECT_FALSE(provocation.summary.empty());
    std::string out = "before";
    provocation.write(scene, out);
    EXPECT_GT(out.size(), 6u) << provocation.name;
    EXPECT_TRUE(out.starts_with("before")) << provocation.name;
  }
  EXPECT_GE(names.size(), 12u);
}

std::string written(std::string_view name) {
  Player player;
  Random random(1);
  for (const Provocation& provocation : player.protocol().provocations()) {
    if (provocation.name != name) continue;
    std::string out;
    provocation.write({"127.0.0.1:7", "/", "", random}, out);
    return out;
  }
  return {};
}

TEST(TcpProvocations, AClientHelloHasTheLengthsItSays) {
  const std::string hello = written("tls_client_hello");
  ASSERT_EQ(hello.size(), 52u);
  EXPECT_EQ(hello.substr(0, 4), std::string("\x16\x03\x01\x00", 4));
  EXPECT_EQ(static_cast<std::size_t>(hello[4]), hello.size() - 5);
  EXPECT_EQ(static_cast<std::size_t>(hello[8]), hello.size() - 9);
  EXPECT_EQ(written("tls_cut_short"), hello.substr(0, 26));
}

TEST(TcpProvocations, AreAsLargeAsTheySay) {
  EXPECT_EQ(written("nuls_large"), std::string(1 << 20, '\0'));
  EXPECT_EQ(written("random_large").size(), std::size_t{1} << 20);
  EXPECT_EQ(written("empty_lines"), std::string(10'000, '\n'));
  EXPECT_EQ(written("every_byte").size(), 256u);
  EXPECT_EQ(written("http2_preface").size(), 33u);
}

}  // namespace
}  // namespace tidemark::tcp_test
