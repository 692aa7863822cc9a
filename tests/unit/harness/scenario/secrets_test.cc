#include "harness/scenario/secrets.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace tidemark {
namespace {

std::optional<std::string> environment(const std::string& name) {
  if (name == "TOKEN") return "t0ken";
  if (name == "LINES") return "hush\r\nHost: evil";
  return std::nullopt;
}

Scenario with_password(const std::string& password) {
  Scenario scenario;
  scenario.flows[0].password = password;
  return scenario;
}

std::string password(const std::string& text) {
  const Result<Scenario> scenario =
      with_secrets(with_password(text), environment);
  return scenario ? scenario->flows[0].password
                  : scenario.error().message + " | " + scenario.error().hint;
}

TEST(Secrets, AVariableOfTheEnvironmentIsFilledIn) {
  EXPECT_EQ(password("${ENV:TOKEN}"), "t0ken");
  EXPECT_EQ(password("a${ENV:TOKEN}b${ENV:TOKEN}"), "at0kenbt0ken");
  EXPECT_EQ(password("plain $ {x}"), "plain $ {x}");
}

TEST(Secrets, WhatIsMissingIsNamed) {
  EXPECT_EQ(password("${ENV:NONE}"),
            "`load.password`: the environment has no variable `NONE` | set it "
            "where tidemark is started");
  EXPECT_EQ(password("${FILE:/nowhere/x}"),
            "`load.password`: cannot read the secret in `/nowhere/x`: No such "
            "file or directory | ");
  EXPECT_EQ(password("${FILE:/dev/zero}"),
            "`load.password`: cannot read the secret in `/dev/zero`: it is not "
            "a regular file | ");
}

TEST(Secrets, AFileLiesBesideTheScenarioAndLosesItsLineEnd) {
  const std::string folder = testing::TempDir();
  const std::string path = folder + "tidemark_secret";
  std::ofstream(path) << "hush\n";
  Scenario scenario = with_password("${FILE:tidemark_secret}");
  scenario.path = folder + "s.yaml";
  const Result<Scenario> resolved = with_secrets(scenario, environment);
  std::ofstream(path) << std::string((64 << 10) + 1, 'x');
  const Result<Scenario> too_long = with_secrets(scenario, environment);
  std::remove(path.c_str());
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->flows[0].password, "hush");
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().message,
            "`load.password`: cannot read the secret in `" + path +
                "`: it is longer than 64 KiB");
}

TEST(Secrets, EveryPasswordAndHeaderIsResolved) {
  const std::string secret = "${ENV:TOKEN}";
  Scenario scenario;
  LoadSpec& flow = scenario.flows[0];
  flow.headers["A"] = "Bearer " + secret;
  Step inner;
  inner.headers["B"] = secret;
  inner.body = secret;
  Step loop;
  loop.kind = StepKind::kLoop;
  loop.steps = {inner};
  flow.flow = {loop};
  StandInSpec standin;
  standin.password = secret;
  standin.rules.resize(1);
  standin.rules[0].headers["C"] = secret;
  scenario.standins = {standin};
  const Result<Scenario> resolved = with_secrets(scenario, environment);
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->flows[0].headers.at("A"), "Bearer t0ken");
  EXPECT_EQ(resolved->flows[0].flow[0].steps[0].headers.at("B"), "t0ken");
  EXPECT_EQ(resolved->flows[0].flow[0].steps[0].body, secret);
  EXPECT_EQ(resolved->standins[0].password, "t0ken");
  EXPECT_EQ(resolved->standins[0].rules[0].headers.at("C"), "t0ken");
}

TEST(Secrets, ASecretOfSeveralLinesIsNoHeaderAndIsNotShown) {
  Scenario scenario;
  scenario.flows[0].name = "chat";
  scenario.flows[0].headers["A"] = "${ENV:LINES}";
  const Result<Scenario> resolved = with_secrets(scenario, environment);
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().message,
            "`flows.chat.headers.A`: the secret has more than one line, which "
            "no header may have");
}

// What was filled in is not looked at again.
TEST(Secrets, ASecretThatLooksLikeOneIsLeftAlone) {
  const Result<Scenario> resolved =
      with_secrets(with_password("${ENV:X}"), [](const std::string&) {
        return std::optional<std::string>("${ENV:X}");
      });
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->flows[0].password, "${ENV:X}");
}

}  // namespace
}  // namespace tidemark
