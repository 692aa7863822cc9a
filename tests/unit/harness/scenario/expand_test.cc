#include "harness/scenario/expand.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

std::string refusal(std::string_view text) {
  const Status status = check_variables(text, {"port"});
  if (status) return "accepted";
  return status.error().message + " | " + status.error().hint;
}

TEST(Expand, ThePortIsFilledInWithOrWithoutBlanks) {
  EXPECT_EQ(expand("--port={{ port }}", {{"port", "9001"}}), "--port=9001");
  EXPECT_EQ(expand("{{port}} and {{   port }}", {{"port", "1"}}), "1 and 1");
}

TEST(Expand, OtherTextStaysAsItIs) {
  for (const char* text : {"", "plain", "{ port }", "}}", "{{ prot }}", "{{",
                           "{{ port", "{{ port }", "a {{ x }} b"}) {
    EXPECT_EQ(expand(text, {{"port", "9001"}}), text);
  }
}

TEST(Expand, WhatWasFilledInIsNotExpandedAgain) {
  EXPECT_EQ(expand("{{ {{ port }} }}", {{"port", "7"}}), "{{ {{ port }} }}");
}

TEST(Expand, AKnownVariableIsAccepted) {
  EXPECT_TRUE(check_variables("ws://127.0.0.1:{{ port }}/", {"port"}));
  EXPECT_TRUE(check_variables("no variable, } or {", {}));
}

TEST(Expand, AnUnknownVariableIsRefusedWithASuggestion) {
  EXPECT_EQ(refusal("{{ prot }}"),
            "unknown variable `prot` | did you mean {{ port }}?");
  EXPECT_EQ(refusal("{{ token }}"),
            "unknown variable `token` | the only variable is {{ port }}");
  EXPECT_EQ(refusal("{{ port }} {{}}"),
            "unknown variable `` | the only variable is {{ port }}");
}

TEST(Expand, AVariableThatNeverEndsIsRefused) {
  EXPECT_EQ(refusal("x{{ port }"),
            "`{{` without `}}` in `x{{ port }` | write {{ port }}");
}

TEST(Expand, AScenarioUsesThePortWhereverVariablesAreAllowed) {
  EXPECT_FALSE(uses_port(Scenario{}));
  const std::string variable = "{{ port }}";
  Scenario scenario;
  scenario.target.command = {"./server", variable};
  EXPECT_TRUE(uses_port(scenario));
  scenario = {};
  scenario.target.environment["PORT"] = variable;
  EXPECT_TRUE(uses_port(scenario));
  scenario = {};
  scenario.target.ready.tcp = variable;
  EXPECT_TRUE(uses_port(scenario));
  scenario = {};
  scenario.target.ready.output = variable;
  EXPECT_TRUE(uses_port(scenario));
  scenario = {};
  scenario.flows[0].url = variable;
  EXPECT_TRUE(uses_port(scenario));
  scenario = {};
  scenario.flows[0].headers["X-Port"] = variable;
  EXPECT_TRUE(uses_port(scenario));
  scenario = {};
  scenario.name = variable;
  EXPECT_FALSE(uses_port(scenario));
}

TEST(Expand, AScenarioWithItsPortUsesItNoMore) {
  Scenario scenario;
  scenario.name = "{{ port }}";
  scenario.target.command = {"./server", "{{ port }}"};
  scenario.target.environment["PORT"] = "{{ port }}";
  scenario.target.ready.tcp = "127.0.0.1:{{ port }}";
  scenario.target.ready.output = "on {{ port }}";
  scenario.flows[0].url = "ws://127.0.0.1:{{ port }}/";
  scenario.flows[0].headers["X-Port"] = "{{ port }}";

  Scenario wanted;
  wanted.name = "{{ port }}";
  wanted.target.command = {"./server", "9001"};
  wanted.target.environment["PORT"] = "9001";
  wanted.target.ready.tcp = "127.0.0.1:9001";
  wanted.target.ready.output = "on 9001";
  wanted.flows[0].url = "ws://127.0.0.1:9001/";
  wanted.flows[0].headers["X-Port"] = "9001";
  EXPECT_EQ(with_port(scenario, 9001), wanted);
  EXPECT_FALSE(uses_port(with_port(scenario, 9001)));
}

TEST(Expand, ALiteralBraceIsLeftToTheDriver) {
  EXPECT_EQ(expand("{{{{ port }} {{ port }}", {{"port", "7"}}),
            "{{{{ port }} 7");
}

TEST(Expand, AStandInHasAPortAndAnAddress) {
  EXPECT_EQ(variable_names(true, false, {"api", "db"}),
            (std::vector<std::string>{"port", "api.port", "api.address",
                                      "db.port", "db.address"}));
  EXPECT_EQ(variable_names(false, false, {}), std::vector<std::string>{});
  Scenario scenario;
  scenario.target.environment["API"] = "http://{{ api.address }}/";
  scenario.flows[0].url = "ws://127.0.0.1:{{api.port}}/{{ port }}";
  const Scenario filled = with_standins(scenario, {{"api", 81}});
  EXPECT_EQ(filled.target.environment.at("API"), "http://127.0.0.1:81/");
  EXPECT_EQ(filled.flows[0].url, "ws://127.0.0.1:81/{{ port }}");
}

// One text of each kind, of flows and of stand-ins.
std::vector<std::string*> texts_of(Scenario& scenario) {
  scenario.flows[0].flow.resize(1);
  scenario.flows[0].flow[0].steps.resize(1);
  scenario.flows[0].command.resize(1);
  Step& step = scenario.flows[0].flow[0].steps[0];
  step.words.resize(1);
  scenario.standins.resize(1);
  scenario.standins[0].rules.resize(1);
  StandInRule& rule = scenario.standins[0].rules[0];
  return {&scenario.flows[0].command[0],
          &scenario.flows[0].variables["v"],
          &step.path,
          &step.headers["H"],
          &step.words[0],
          &step.body,
          &step.expect.contains,
          &step.expect.equals,
          &rule.when,
          &rule.reply,
          &rule.error,
          &rule.headers["H"]};
}

TEST(Expand, StepsAndStandInsUseThePortButKeepTheirOwnVariables) {
  Scenario scenario;
  const std::size_t count = texts_of(scenario).size();
  for (std::size_t i = 0; i < count; ++i) {
    Scenario one;
    *texts_of(one)[i] = "{{ user }} {{ port }} {{ $uuid }}";
    EXPECT_TRUE(uses_port(one)) << i;
    Scenario started = with_port(one, 9001);
    EXPECT_EQ(*texts_of(started)[i], "{{ user }} 9001 {{ $uuid }}") << i;
  }
}

TEST(Expand, WithAPidOnlyStartAndStopAreForgotten) {
  Scenario scenario;
  scenario.target.command = {"service"};
  scenario.target.environment = {{"A", "b"}};
  scenario.target.directory = "/srv";
  scenario.target.ready.output = "ready";
  scenario.target.stop.expect_exit_code = 1;
  scenario.target.runtime = Runtime::kProcess;
  scenario.target.allocator = "jemalloc";
  scenario.target.stacks = StackMode::kAlways;
  scenario.target.forks = ForkMode::kIgnore;
  scenario.target.retention = RetentionMode::kAlways;
  scenario.target.show_output = true;
  const Result<Scenario> with = with_pid(scenario, 4711);
  ASSERT_TRUE(with) << with.error().message;
  TargetSpec wanted;
  wanted.pid = 4711;
  wanted.runtime = Runtime::kProcess;
  wanted.stacks = StackMode::kAlways;
  wanted.forks = ForkMode::kIgnore;
  wanted.retention = RetentionMode::kAlways;
  EXPECT_EQ(with->target, wanted);
}

}  // namespace
}  // namespace tidemark
