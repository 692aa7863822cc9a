#include "harness/hunt/experiments.h"

#include <gtest/gtest.h>

#include "harness/scenario/load.h"
#include "harness/scenario/write.h"
#include "tests/unit/harness/hunt/made_up_service.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

using B = CloseBehavior;

std::uint32_t weights(const Scenario& scenario) {
  std::uint32_t sum = 0;
  for (const WeightedClose& way : scenario.flows.front().close)
    sum += way.weight;
  return sum;
}

TEST(HuntExperiments, AScreeningHasThreeOfEachWayInACycle) {
  const HuntSubject subject = subject_with({B::kReset}, 120);
  const Scenario scenario = screening_experiment(subject, subject.ways);
  EXPECT_GE(scenario.flows.front().connections, 3 * weights(scenario));
  EXPECT_EQ(scenario.flows.front().close.front().weight, 30u);
}

TEST(HuntExperiments, ThePlainOneComparesMessagesAndConcurrency) {
  const Scenario plain = plain_experiment(subject_with({}, 0));
  const FactorSpec& factors = plain.cycles.factors;
  EXPECT_EQ(factors.sizes, (std::vector<Bytes>{{64}, {8192}}));
  EXPECT_EQ(factors.messages, (std::vector<std::uint32_t>{2, 5}));
  EXPECT_EQ(factors.concurrency, (std::vector<std::uint32_t>{50, 200}));
  const std::vector<Scenario> fixed = without_factors(plain);
  ASSERT_EQ(fixed.size(), 4u);
  EXPECT_EQ(fixed[0].flows, plain.flows);
  EXPECT_EQ(fixed[1].flows[0].traffic.size, Bytes{8192});
  EXPECT_EQ(fixed[2].flows[0].traffic.messages, 5u);
  EXPECT_FALSE(fixed[3].cycles.factors.any());
  EXPECT_TRUE(without_factors(fixed[0]).empty());
}

TEST(HuntExperiments, WhatIsWrittenDownStepByStepHasNoSizes) {
  HuntSubject subject = subject_with({}, 0);
  subject.load.flow.resize(1);
  const FactorSpec factors = plain_experiment(subject).cycles.factors;
  EXPECT_TRUE(factors.sizes.empty());
  EXPECT_TRUE(factors.messages.empty());
  EXPECT_FALSE(factors.concurrency.empty());
}

TEST(HuntExperiments, TheCommandLineLimitsConnections) {
  HuntSubject subject = subject_with({B::kReset}, 120);
  subject.connections = 40;
  for (const Scenario& scenario :
       {plain_experiment(subject), screening_experiment(subject, subject.ways),
        follow_up_experiment(subject, subject.ways)})
    EXPECT_LE(scenario.flows.front().connections, 40u);
}

TEST(HuntExperiments, AFollowUpHasAControl) {
  const HuntSubject subject = subject_with({B::kReset}, 3);
  const auto names = [&](const Ways& suspects) {
    return names_of(
        follow_up_experiment(subject, suspects).flows.front().close);
  };
  EXPECT_EQ(names({subject.ways[1]}),
            (std::vector<std::string>{"graceful", "reset"}));
  EXPECT_EQ(names({graceful_way()}), std::vector<std::string>{"graceful"});
}

TEST(HuntExperiments, FewerConnectionsEndAtTheFewest) {
  Scenario scenario = plain_experiment(subject_with({}, 0));
  std::vector<std::uint32_t> series;
  for (int i = 0; i < 6; ++i) {
    scenario = with_half_the_connections(scenario);
    series.push_back(scenario.flows.front().connections);
  }
  EXPECT_EQ(series, (std::vector<std::uint32_t>{100, 50, 25, 12, 8, 8}));
}

TEST(HuntExperiments, FewerConnectionsAreNeverMore) {
  Scenario scenario = plain_experiment(subject_with({}, 0));
  scenario.flows.front().connections = 3;
  EXPECT_EQ(with_half_the_connections(scenario), scenario);
}

TEST(HuntExperiments, APatientOneIsIdleForLongerThanTheTimeout) {
  HuntSubject subject = subject_with({B::kReset}, 0);
  for (const int wanted : {1, 10, 80, 150}) {
    subject.patience = std::chrono::seconds(wanted);
    const Scenario scenario = patient_experiment(subject, subject.ways, {});
    EXPECT_FALSE(scenario.cycles.planned);
    const Duration least = scenario.flows.front().hold + scenario.cycles.settle;
    EXPECT_GE(scenario.cycles.idle * least, subject.patience);
    EXPECT_LT((scenario.cycles.idle - 3) * least, subject.patience);
  }
}

TEST(HuntExperiments, APatientOneHasTheLargestLevelsThatWereTried) {
  const HuntSubject subject = subject_with({B::kReset}, 0);
  FactorSpec factors;
  factors.sizes = {Bytes{64}, Bytes{8192}};
  factors.messages = {2, 5};
  factors.concurrency = {50, 200};
  const Scenario scenario = patient_experiment(subject, subject.ways, factors);
  EXPECT_EQ(scenario.flows.front().traffic.size, Bytes{8192});
  EXPECT_EQ(scenario.flows.front().traffic.messages, 5u);
  EXPECT_EQ(scenario.flows.front().connections, 200u);
  EXPECT_FALSE(scenario.cycles.factors.any());
}

// Every experiment is written and read before it is run.
TEST(HuntExperiments, EveryOneIsTheSameAfterItIsWrittenAndRead) {
  LoadWords words = {{"websocket",
                      Engine::kWebSocket,
                      {"ws"},
                      {"wss"},
                      {B::kGraceful, B::kReset, B::kHalfOpen},
                      {"p0", "p1", "p2"}}};
  HuntSubject subject = subject_with({B::kReset, B::kHalfOpen}, 3);
  subject.target.command = {"./a service",
                            "--port={{ port }}",
                            "{x}",
                            "- \"quoted\" # no comment",
                            "",
                            "8080",
                            "true"};
  subject.load.headers = {{"Authorization", "Bearer \\ \t'x'"}};
  subject.load.subprotocols = {"a.b"};
  subject.load.traffic.replies = ReplyRule::kIgnore;
  for (Scenario scenario :
       {plain_experiment(subject), screening_experiment(subject, subject.ways),
        short_experiment(subject, subject.ways),
        follow_up_experiment(subject, {subject.ways[2]}),
        without_messages(plain_experiment(subject))}) {
    scenario.path = "hunt.yaml";
    const std::string text = write_scenario(scenario);
    const Result<Scenario> read = load_scenario("hunt.yaml", text, words);
    ASSERT_TRUE(read) << text << read.error().message;
    EXPECT_EQ(*read, scenario) << text;
  }
}

}  // namespace
}  // namespace tidemark
