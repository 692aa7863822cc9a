// `target.pprof`: what is read of it, and every complaint by its full text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/scenario/expand.h"
#include "harness/scenario/secrets.h"
#include "harness/scenario/write.h"
#include "tests/unit/harness/scenario/complaint.h"
#include "tidemark/sample_rate.h"

namespace tidemark {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string in_target(const std::string& pprof) {
  return "version: 1\ntarget: { command: [./server], runtime: go, pprof: { " +
         pprof + " } }\nload: { url: \"ws://127.0.0.1:{{ port }}/\" }\n";
}

Scenario loaded(const std::string& pprof) {
  const Result<Scenario> scenario =
      load_scenario("dir/s.yaml", in_target(pprof), test_words());
  EXPECT_TRUE(scenario) << scenario.error().message;
  return scenario ? *scenario : Scenario{};
}

std::string about(const std::string& pprof) {
  return complaint(in_target(pprof));
}

TEST(Pprof, EveryFieldIsRead) {
  const Scenario scenario = loaded(
      "url: \"https://127.0.0.1:{{ port }}/debug/pprof/\", user: me, "
      "password: \"${ENV:WORD}\", caFile: ca.pem, certFile: c.pem, "
      "keyFile: k.pem, rejectUnauthorized: false, rate: 64KiB, timeout: 5s");
  EXPECT_EQ(scenario.target.runtime, Runtime::kGo);
  const PprofAccess& access = scenario.target.pprof;
  EXPECT_EQ(access.url, "https://127.0.0.1:{{ port }}/debug/pprof/");
  EXPECT_EQ(access.user, "me");
  EXPECT_EQ(access.password, "${ENV:WORD}");
  EXPECT_EQ(access.ca_file, "dir/ca.pem");
  EXPECT_EQ(access.certificate_file, "dir/c.pem");
  EXPECT_EQ(access.key_file, "dir/k.pem");
  EXPECT_FALSE(access.verify);
  EXPECT_EQ(access.rate, 65536u);
  EXPECT_EQ(access.timeout, std::chrono::seconds(5));
  EXPECT_EQ(with_port(scenario, 7).target.pprof.url,
            "https://127.0.0.1:7/debug/pprof/");
}

TEST(Pprof, TheRateIsExactOrTheServicesOwn) {
  EXPECT_EQ(loaded("timeout: 30s").target.pprof.rate, std::nullopt);
  EXPECT_EQ(loaded("rate: exact").target.pprof.rate, 1u);
  EXPECT_EQ(loaded("rate: default").target.pprof.rate, kServicesOwnRate);
  EXPECT_EQ(loaded("url: \"unix:/run/a.sock\"").target.pprof.url,
            "unix:/run/a.sock");
}

TEST(Pprof, WhatIsWrittenHasNoSecretOfItsOwn) {
  const std::string text = write_scenario(
      loaded("url: \"http://127.0.0.1:1/debug/pprof/\", user: me, "
             "password: hush, rate: default, timeout: 5s"));
  EXPECT_THAT(text, HasSubstr("  runtime: go\n"));
  EXPECT_THAT(text, HasSubstr("url: \"http://127.0.0.1:1/debug/pprof/\""));
  EXPECT_THAT(text, HasSubstr("rate: default"));
  EXPECT_THAT(text, Not(HasSubstr("hush")));
  EXPECT_THAT(write_scenario(loaded("bearer: \"${ENV:TOKEN}\"")),
              HasSubstr("${ENV:TOKEN}"));
}

TEST(Pprof, SecretsAreFilledInWhenARunStarts) {
  const Result<Scenario> scenario =
      with_secrets(loaded("bearer: \"${ENV:TOKEN}\""),
                   [](const std::string&) { return std::string("t0ken"); });
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->target.pprof.bearer, "t0ken");
}

TEST(PprofErrors, TheRateIsAWordOrASize) {
  EXPECT_EQ(about("rate: often"), R"(
s.yaml:2:60: `target.pprof.rate`: wanted default, exact or a size, found `often`
 2 | target: { command: [./server], runtime: go, pprof: { rate: often } }
   |                                                            ^~~~~
   = a size is the mean number of bytes between samples
)");
  EXPECT_THAT(about("rate: 0"), HasSubstr("wanted at least 1 byte, found 0"));
}

TEST(PprofErrors, TheAddressIsOnThisMachine) {
  EXPECT_THAT(about("url: \"http://10.0.0.1:6060/debug/pprof/\""),
              HasSubstr("10.0.0.1"));
  EXPECT_THAT(about("url: \"ftp://127.0.0.1:1/\""),
              HasSubstr("wanted http://HOST:PORT/debug/pprof/"));
  EXPECT_THAT(about("url: \"unix:run\""), HasSubstr("without a whole path"));
  EXPECT_THAT(about("url: \"http://127.0.0.1:{{ prot }}/\""),
              HasSubstr("did you mean {{ port }}?"));
}

TEST(PprofErrors, NoMessageShowsASecret) {
  EXPECT_THAT(about("password: hush, rate: often"),
              testing::AllOf(HasSubstr("rate"), Not(HasSubstr("hush"))));
  EXPECT_THAT(about("bearer: \"hu\\nsh\""), Not(HasSubstr("hu")));
  EXPECT_THAT(about("bearer: hush, user: me"),
              testing::AllOf(HasSubstr("found both"), Not(HasSubstr("hush"))));
}

TEST(PprofErrors, AnAddressHasNeitherAUserNorAQuery) {
  EXPECT_THAT(about("url: \"http://me:hush@127.0.0.1:1/debug/pprof/\""),
              testing::AllOf(HasSubstr("found a user name in it"),
                             Not(HasSubstr("hush"))));
  EXPECT_THAT(about("url: \"http://127.0.0.1:1/debug/pprof/?token=hush\""),
              testing::AllOf(HasSubstr("found a query in it"),
                             HasSubstr("`bearer`"), Not(HasSubstr("hush"))));
}

TEST(PprofErrors, ACertificateAndItsKeyComeTogether) {
  EXPECT_THAT(about("certFile: c.pem"),
              HasSubstr("`target.pprof.keyFile` is missing"));
}

TEST(PprofErrors, OnlyGoHasIt) {
  EXPECT_EQ(about_target("target: { command: [./server], pprof: {} }"), R"(
s.yaml:2:39: `target.pprof`: means nothing without Go
 2 | target: { command: [./server], pprof: {} }
   |                                       ^
   = write runtime: go
)");
}

}  // namespace
}  // namespace tidemark
