// The stand-in's side of raw TCP.
#include "drivers/tcp/responder.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace tidemark {
namespace {

using Lines = std::vector<std::string>;

class Listener final : public ResponderEvents {
 public:
  void asked(const Asked& request) override {
    told.push_back(std::string(request.title));
    if (on_ask) on_ask();
  }
  void ended(std::string_view trouble) override {
    told.push_back("ended: " + std::string(trouble));
  }
  std::string& out() override { return sent; }

  Lines told;
  std::string sent;
  std::function<void()> on_ask;
};

class TcpResponder : public testing::Test {
 protected:
  void take(std::string_view bytes) {
    std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
    responder->take(copy, listener);
  }
  std::string answer(const StandInRule* rule) {
    std::string out;
    EXPECT_TRUE(responder->answer(rule, "generated", out));
    return out;
  }

  std::unique_ptr<StandInProtocol> protocol = make_tcp_responder({});
  std::unique_ptr<Responder> responder = protocol->start();
  Listener listener;
};

TEST_F(TcpResponder, EveryReadIsAMessageAndIsEchoed) {
  take("one\n");
  take("two");
  EXPECT_EQ(listener.told, (Lines{"\"one\\n\"", "\"two\""}));
  EXPECT_EQ(answer(nullptr), "one\n");
  EXPECT_EQ(answer(nullptr), "two");
}

TEST_F(TcpResponder, AMessageMayBeAnsweredAtOnce) {
  listener.on_ask = [&] { responder->answer(nullptr, {}, listener.sent); };
  take("one");
  take("two");
  EXPECT_EQ(listener.sent, "onetwo");
}

TEST_F(TcpResponder, ARuleSaysWhatToAnswer) {
  StandInRule rule;
  rule.reply = "+OK\r\n";
  take("x");
  EXPECT_EQ(answer(&rule), "+OK\r\n");
  rule.repeat = 2;
  take("x");
  EXPECT_EQ(answer(&rule), "+OK\r\n+OK\r\n");
  rule.size = Bytes{9};
  take("x");
  EXPECT_EQ(answer(&rule), "generatedgenerated");
  rule.echo = true;
  take("x");
  EXPECT_EQ(answer(&rule), "xx");
}

TEST_F(TcpResponder, ARuleThatOnlyDelaysEchoes) {
  const StandInRule rule;
  take("x");
  EXPECT_EQ(answer(&rule), "x");
}

TEST_F(TcpResponder, ARuleMayAnswerNothing) {
  StandInRule rule;
  rule.repeat = 0;
  take("x");
  EXPECT_EQ(answer(&rule), "");
}

TEST_F(TcpResponder, SmallMessagesCostMoreThanTheirBytes) {
  take("x");
  for (int i = 0; i < 300'000 && !listener.told.back().starts_with("ended");
       ++i)
    take("x");
  EXPECT_TRUE(listener.told.back().starts_with("ended"));
  EXPECT_LT(listener.told.size(), 300'000u);
}

TEST_F(TcpResponder, ARuleThatOnlyClosesSaysNothing) {
  StandInRule rule;
  rule.close = CloseBehavior::kReset;
  take("x");
  EXPECT_EQ(answer(&rule), "");
}

TEST_F(TcpResponder, ARuleFitsIfItsBytesAreInTheMessage) {
  StandInRule rule;
  EXPECT_TRUE(protocol->fits(rule, {"anything", ""}));
  rule.when = "thin";
  EXPECT_TRUE(protocol->fits(rule, {"anything", ""}));
  rule.when = "Thin";
  EXPECT_FALSE(protocol->fits(rule, {"anything", ""}));
  EXPECT_FALSE(protocol->fits(rule, {"", ""}));
}

TEST_F(TcpResponder, AnAnswerToNothingIsNothing) {
  EXPECT_EQ(answer(nullptr), "");
}

TEST_F(TcpResponder, AClientThatNeverReadsIsSentAway) {
  const std::string chunk(1 << 20, 'x');
  for (int i = 0; i < 18; ++i) take(chunk);
  ASSERT_EQ(listener.told.size(), 16u);
  EXPECT_EQ(listener.told.back(),
            "ended: 16 MiB came before they could be answered");
}

}  // namespace
}  // namespace tidemark
