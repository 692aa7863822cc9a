#include "harness/scenario/write.h"

#include <gtest/gtest.h>

#include "harness/scenario/load.h"
#include "tests/unit/harness/scenario/words.h"

namespace tidemark {
namespace {

Scenario loaded(const std::string& text) {
  const Result<Scenario> scenario =
      load_scenario("test.yaml", text, test_words());
  EXPECT_TRUE(scenario) << text << scenario.error().message;
  return scenario ? *scenario : Scenario{};
}

TEST(WriteScenario, LeavesOutWhatIsAsByDefault) {
  const std::string text =
      "version: 1\n"
      "name: chat\n"
      "target:\n"
      "  command: [./chat, \"--port={{ port }}\"]\n"
      "load:\n"
      "  url: \"ws://127.0.0.1:{{ port }}/\"\n";
  EXPECT_EQ(write_scenario(loaded(
                "version: 1\nname: chat\ntarget: { command: [./chat, "
                "\"--port={{ port }}\"], stop: { timeout: 5s } }\nload: { url: "
                "\"ws://127.0.0.1:{{ port }}/\", connections: 200 }\n")),
            text);
}

TEST(WriteScenario, SaysWhichRuntimeItIs) {
  const std::string text =
      "version: 1\n"
      "name: chat\n"
      "target:\n"
      "  command: [java, Chat]\n"
      "  runtime: jvm\n"
      "  jdk: /opt/jdk\n"
      "load:\n"
      "  url: \"ws://127.0.0.1:80/\"\n";
  EXPECT_EQ(write_scenario(loaded(text)), text);
}

TEST(WriteScenario, PutsOnOneLineWhatFitsThere) {
  const std::string text =
      "version: 1\n"
      "name: chat\n"
      "target:\n"
      "  command: [chat]\n"
      "load:\n"
      "  url: \"http://127.0.0.1:80/\"\n"
      "  connections: 8\n"
      "  flow:\n"
      "    - {get: {url: /}}\n"
      "    - loop:\n"
      "        - {post: {url: /a, headers: {Content-Type: text/plain}, size: 4 "
      "KiB}}\n"
      "      count: 3\n"
      "  close: [reset, {behavior: fin, weight: 2}, {provocation: bad_chunk}]\n"
      "cycles:\n"
      "  loaded: 3\n"
      "  linger: 1.000001ms\n";
  EXPECT_EQ(write_scenario(loaded(text)), text);
}

TEST(WriteScenario, KeepsTheRuntime) {
  for (const char* runtime : {"go", "jvm", "v8", "process"}) {
    const std::string text = std::string(
                                 "version: 1\n"
                                 "name: x\n"
                                 "target:\n"
                                 "  command: [x]\n"
                                 "  runtime: ") +
                             runtime +
                             "\n"
                             "load:\n"
                             "  url: \"ws://127.0.0.1:1/\"\n";
    EXPECT_EQ(write_scenario(loaded(text)), text);
  }
}

TEST(WriteScenario, CyclesArePlannedUnlessTheyAreCounted) {
  const std::string head =
      "version: 1\nname: x\ntarget:\n  command: [x]\nload:\n"
      "  url: \"ws://127.0.0.1:1/\"\n";
  for (const char* cycles :
       {"", "cycles:\n  most: 20\n", "cycles:\n  loaded: 6\n",
        "cycles:\n  loaded: 6\n  idle: 9\n", "cycles:\n  factors: auto\n",
        "cycles:\n  factors: {size: [1 B, 2 KiB], messages: [1, 2, 3], "
        "concurrency: [5, 9]}\n"})
    EXPECT_EQ(write_scenario(loaded(head + cycles)), head + cycles);
}

TEST(WriteScenario, QuotesWhatYamlWouldReadOtherwise) {
  for (const char* word : {"",
                           " ",
                           "true",
                           "No",
                           "null",
                           "~",
                           "8080",
                           "1e3",
                           "-",
                           "- a",
                           "a: b",
                           "a #b",
                           "#",
                           "&a",
                           "*a",
                           "!t",
                           "%",
                           "@",
                           "`",
                           "'",
                           "\"",
                           "\\",
                           "{a}",
                           "[a]",
                           "a,b",
                           "|",
                           ">",
                           "?",
                           "a\nb",
                           "\ttab",
                           "\x01",
                           "\x7f",
                           "ü",
                           "\xC2\x85",
                           "\xE2\x80\xA8",
                           "\xEF\xBB\xBF",
                           "\xF0\x9F\x98\x80",
                           "=",
                           "...",
                           "---",
                           "<<",
                           "0x1f",
                           ".5",
                           "nan",
                           "on"}) {
    Scenario scenario = loaded(
        "version: 1\nname: x\ntarget: { command: [x, y] }\n"
        "load: { url: \"tcp://127.0.0.1:1\" }\n");
    scenario.target.command[1] = word;
    scenario.target.environment["E"] = word;
    scenario.description = word;
    EXPECT_EQ(loaded(write_scenario(scenario)), scenario) << word;
  }
}

TEST(WriteScenario, BytesThatAreNoTextAreInHex) {
  const Scenario scenario = loaded(
      "version: 1\nname: x\ntarget: { command: [x] }\nload:\n"
      "  url: \"tcp://127.0.0.1:1\"\n  flow:\n"
      "    - send: { hex: \"00 ff\", expect: { hex: \"fe\" } }\n");
  const std::string text = write_scenario(scenario);
  EXPECT_NE(text.find("{hex: \"00ff\", expect: {hex: \"fe\"}}"), text.npos)
      << text;
  EXPECT_EQ(loaded(text), scenario);
}

TEST(WriteScenario, ATimeOfOneNanosecondAndARateOfOneADayComeBack) {
  Scenario scenario = loaded(
      "version: 1\nname: x\ntarget: { command: [x] }\n"
      "load: { url: \"tcp://127.0.0.1:1\" }\n");
  scenario.cycles.linger = Duration(1'234'567'891);
  scenario.flows.front().connect_rate = 1.0 / 86'400 / 7;
  EXPECT_EQ(loaded(write_scenario(scenario)), scenario);
}

}  // namespace
}  // namespace tidemark
