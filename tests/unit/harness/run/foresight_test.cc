#include "harness/run/foresight.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Foresight, SaysWhatComesWhatItTellsAndHowLongItTakes) {
  Scenario scenario;
  scenario.name = "chat";
  scenario.flows[0].close.push_back({CloseBehavior::kReset, 1, 1000});
  const std::string text = foresee(scenario, 5);
  EXPECT_THAT(text, HasSubstr("chat: planned cycles"));
  EXPECT_THAT(text, HasSubstr("graceful 50 %, reset 50 %"));
  EXPECT_THAT(text, HasSubstr("      1  loaded     200  graceful 200\n"));
  EXPECT_THAT(text, HasSubstr("45 more, while something is undecided"));
  EXPECT_THAT(text, HasSubstr("leak of one object in 114 connections"));
  EXPECT_THAT(text, HasSubstr("whether the size of messages matters; factors: "
                              "{ size: [64B, 8KiB] }"));
}

TEST(Foresight, WhoeverWritesTheCyclesDownHearsWhatTheyCannotTell) {
  Scenario scenario;
  scenario.cycles.planned = false;
  scenario.cycles.idle = 0;
  const std::string text = foresee(scenario, 12);
  EXPECT_THAT(text, HasSubstr("after these cycles"));
  EXPECT_THAT(text, HasSubstr("growth with time"));
  EXPECT_THAT(text, Not(HasSubstr("undecided")));
}

// What the loader would refuse is no advice.
TEST(Foresight, LevelsAreOfThisScenario) {
  Scenario scenario;
  scenario.flows[0].connections = 100;
  EXPECT_THAT(foresee(scenario, 5),
              HasSubstr("factors: { concurrency: [25, 100] }"));
  scenario.flows[0].engine = Engine::kHttp;
  const std::string text = foresee(scenario, 5);
  EXPECT_THAT(text, Not(HasSubstr("essages:")));
  EXPECT_THAT(text, Not(HasSubstr("size:")));
  scenario.flows[0].connections = 2;
  EXPECT_THAT(foresee(scenario, 5), Not(HasSubstr("factors:")));
}

TEST(Foresight, LevelsComeWithTheRoomThatTheyNeed) {
  Scenario scenario;
  scenario.cycles.most = scenario.cycles.warmup_max + 7;
  EXPECT_THAT(foresee(scenario, 5),
              HasSubstr(fmt::format("; most: {}, factors: {{ concurrency: ",
                                    scenario.cycles.warmup_max + 8)));
  scenario.cycles.planned = false;
  scenario.cycles.loaded = 3;
  EXPECT_THAT(foresee(scenario, 5),
              HasSubstr("; loaded: 4, factors: { concurrency: "));
}

TEST(Foresight, LevelsOfFactorsAreInTheRows) {
  Scenario scenario;
  scenario.cycles.factors.sizes = {Bytes{64}, Bytes{8192}};
  const std::string text = foresee(scenario, 12);
  EXPECT_THAT(text, HasSubstr("messages of 8,192 B"));
  EXPECT_THAT(text, Not(HasSubstr("whether the size")));
}

}  // namespace
}  // namespace tidemark
