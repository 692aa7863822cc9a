#include "harness/run/load_in_words.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

LoadSpec flow(Engine engine, std::string url) {
  LoadSpec spec;
  spec.engine = engine;
  spec.url = std::move(url);
  return spec;
}

TEST(LoadInWords, OnlyClientsThatAreAllAlikeHaveAWordOfTheirOwn) {
  Scenario scenario;
  scenario.flows = {flow(Engine::kHttp, ""), flow(Engine::kHttp, "")};
  EXPECT_EQ(message_word(scenario), "request");
  scenario.flows[1].engine = Engine::kRedis;
  EXPECT_EQ(message_word(scenario), "message");
  scenario.flows[0].engine = Engine::kRedis;
  EXPECT_EQ(message_word(scenario), "command");
}

TEST(LoadInWords, AServiceThatTakesNobodyIsAnErrorWithEachReasonAndAddress) {
  Scenario scenario;
  scenario.flows = {flow(Engine::kHttp, "http://127.0.0.1:1/"),
                    flow(Engine::kHttp, "http://127.0.0.1:1/")};
  LoadCounts load;
  EXPECT_TRUE(enough_opened(scenario, load));
  load.attempted = Count{4};
  load.reasons["connection refused"] = Count{4};
  const Status refused = enough_opened(scenario, load);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "the service accepted none of 4 connections to "
            "http://127.0.0.1:1/\n  4 × connection refused");
}

TEST(LoadInWords, AnOpenEndedPlanSaysAtMost) {
  PlannedCycle cycle;
  cycle.kind = CycleKind::kIdle;
  EXPECT_EQ(cycle_title(cycle, 3, 50, true),
            "cycle 3 of at most 50, idle, 0 connections");
  EXPECT_EQ(cycle_title(cycle, 3, 50, false),
            "cycle 3 of 50, idle, 0 connections");
}

}  // namespace
}  // namespace tidemark
