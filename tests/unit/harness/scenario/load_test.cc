#include "harness/scenario/load.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <fstream>

#include "tests/unit/harness/scenario/words.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kMinimal =
    "version: 1\n"
    "target: { command: [./server] }\n"
    "load: { url: \"ws://127.0.0.1:9001/\" }\n";

// The scenario, or a failure that shows the diagnostics.
Scenario loaded(std::string_view text) {
  const Result<Scenario> scenario =
      load_scenario("dir/my.test.yaml", text, test_words());
  if (!scenario) ADD_FAILURE() << scenario.error().message;
  return scenario ? *scenario : Scenario{};
}

Scenario with_target(const std::string& fields) {
  return loaded("version: 1\ntarget:\n" + fields +
                "load: { url: \"ws://127.0.0.1:9001/\" }\n");
}

Scenario with_load(const std::string& fields) {
  return loaded("version: 1\ntarget: { command: [./server] }\nload:\n" +
                std::string("  url: \"ws://127.0.0.1:9001/\"\n") + fields);
}

// The defaults of the structs are the defaults of the file.
TEST(Load, AbsentFieldsKeepTheDefaults) {
  Scenario wanted;
  wanted.path = "dir/my.test.yaml";
  wanted.name = "my.test";
  wanted.target.command = {"./server"};
  wanted.flows[0].url = "ws://127.0.0.1:9001/";
  EXPECT_EQ(loaded(kMinimal), wanted);
}

TEST(Load, AJvmMayHaveAJdk) {
  const Scenario s = loaded(
      "version: 1\n"
      "target: { command: [./server], jdk: /opt/jdk, runtime: jvm }\n"
      "load: { url: \"ws://127.0.0.1:9001/\" }\n");
  EXPECT_EQ(s.target.runtime, Runtime::kJvm);
  EXPECT_EQ(s.target.jdk, "/opt/jdk");
}

TEST(Load, EmptySectionsKeepTheDefaults) {
  Scenario wanted = loaded(kMinimal);
  EXPECT_EQ(loaded("version: 1\n"
                   "target: { command: [./server], environment: {},\n"
                   "  ready: {}, stop: {} }\n"
                   "load: { url: \"ws://127.0.0.1:9001/\", send: {},\n"
                   "  headers: {}, subprotocols: [], timeouts: {} }\n"
                   "cycles: { warmup: {} }\n"
                   "expect: {}\n"),
            wanted);
  EXPECT_EQ(loaded(std::string(kMinimal) + "cycles: auto\n"), wanted);
}

constexpr std::string_view kFull = R"yaml(
version: 1
name: everything
description: Every field, none at its default.
target:
  command: [./server, "--port={{ port }}", "two words"]
  environment: { PORT: "{{ port }}", LEVEL: 3 }
  directory: /srv
  ready: { tcp: "127.0.0.1:{{ port }}", timeout: 11s }
  stop: { signal: SIGINT, timeout: 6s, expectExitCode: 0 }
  runtime: process
  allocator: mimalloc
  stacks: always
  retention: always
  forks: ignore
  output: show
load:
  engine: websocket
  url: "ws://127.0.0.1:{{ port }}/feed"
  connections: 300
  connectRate: 2000/s
  hold: 30ms
  send: { count: 3, size: 4KiB, binary: false, expect: ignore }
  close:
    - { behavior: graceful, weight: 40, code: 1001 }
    - { behavior: reset, weight: 35 }
    - fin
  headers: { X-Run: a, Origin: "http://127.0.0.1:{{ port }}" }
  subprotocols: [chat, v2.chat]
  timeouts: { connect: 1s, handshake: 2s, response: 3s, close: 4s }
  seed: 18446744073709551615
cycles:
  warmup: { min: 4, max: 11 }
  loaded: 7
  idle: 4
  half: 5
  settle: 200ms
  settleTimeout: 4s
  drainTimeout: 9s
  linger: 6s
  maxDuration: 20m
expect:
  residue_per_connection: 16 B
  peak_per_connection: 64KiB
  fds: 1
  threads: 2
  sockets: 3
  time_growth: allow
)yaml";

Scenario full() {
  Scenario s;
  s.path = "dir/my.test.yaml";
  s.name = "everything";
  s.description = "Every field, none at its default.";
  s.target.command = {"./server", "--port={{ port }}", "two words"};
  s.target.environment = {{"PORT", "{{ port }}"}, {"LEVEL", "3"}};
  s.target.directory = "/srv";
  s.target.ready = {"127.0.0.1:{{ port }}", "", seconds(11)};
  s.target.stop = {SIGINT, seconds(6), 0};
  s.target.runtime = Runtime::kProcess;
  s.target.allocator = "mimalloc";
  s.target.stacks = StackMode::kAlways;
  s.target.retention = RetentionMode::kAlways;
  s.target.forks = ForkMode::kIgnore;
  s.target.show_output = true;
  s.flows[0].url = "ws://127.0.0.1:{{ port }}/feed";
  s.flows[0].connections = 300;
  s.flows[0].connect_rate = 2000;
  s.flows[0].hold = milliseconds(30);
  s.flows[0].traffic = {3, Bytes{4096}, false, ReplyRule::kIgnore};
  s.flows[0].close = {{CloseBehavior::kGraceful, 40, 1001},
                      {CloseBehavior::kReset, 35, 1000},
                      {CloseBehavior::kFin, 1, 1000}};
  s.flows[0].headers = {{"X-Run", "a"},
                        {"Origin", "http://127.0.0.1:{{ port }}"}};
  s.flows[0].subprotocols = {"chat", "v2.chat"};
  s.flows[0].timeouts = {seconds(1), seconds(2), seconds(3), seconds(4)};
  s.flows[0].seed = 18446744073709551615u;
  s.cycles = {false,      60,         {},
              4,          11,         7,
              4,          5,          milliseconds(200),
              seconds(4), seconds(9), seconds(6),
              minutes(20)};
  s.expect = {Bytes{16}, Bytes{65536}, Count{1}, Count{2}, Count{3}, true};
  return s;
}

TEST(Load, EveryFieldOfAFullFileArrives) { EXPECT_EQ(loaded(kFull), full()); }

TEST(Load, AFullFileHasNoFieldAtItsDefault) {
  const Scenario a = full();
  const Scenario b;
  EXPECT_NE(a.target.environment, b.target.environment);
  EXPECT_NE(a.target.ready.timeout, b.target.ready.timeout);
  EXPECT_NE(a.target.stop.signal, b.target.stop.signal);
  EXPECT_NE(a.flows[0].traffic.messages, b.flows[0].traffic.messages);
  EXPECT_NE(a.cycles.max_duration, b.cycles.max_duration);
  EXPECT_NE(a.expect.fds, b.expect.fds);
}

TEST(Load, ACommandInOneStringIsSplitOnBlanks) {
  EXPECT_EQ(with_target("  command: ./server  -v   --port={{ port }}\n")
                .target.command,
            (std::vector<std::string>{"./server", "-v", "--port={{port}}"}));
}

TEST(Load, ASignalMayLackItsPrefix) {
  const auto signal = [](const std::string& word) {
    return with_target("  command: [./s]\n  stop: { signal: " + word + " }\n")
        .target.stop.signal;
  };
  EXPECT_EQ(signal("TERM"), SIGTERM);
  EXPECT_EQ(signal("SIGTERM"), SIGTERM);
  EXPECT_EQ(signal("INT"), SIGINT);
  EXPECT_EQ(signal("SIGHUP"), SIGHUP);
  EXPECT_EQ(signal("USR1"), SIGUSR1);
}

TEST(Load, TheSystemsAllocatorIsTheServicesOwn) {
  EXPECT_EQ(
      with_target("  command: [./s]\n  allocator: system\n").target.allocator,
      "");
  EXPECT_EQ(with_target("  command: [./s]\n  allocator: /opt/lib/a.so\n")
                .target.allocator,
            "/opt/lib/a.so");
}

TEST(Load, AUrlWithoutPathMeansTheRoot) {
  const auto url = [](const std::string& text) {
    return loaded(
               "version: 1\ntarget: { command: [./server] }\n"
               "load: { url: \"" +
               text + "\" }\n")
        .flows[0]
        .url;
  };
  EXPECT_EQ(url("ws://localhost:{{ port }}"), "ws://localhost:{{ port }}/");
  EXPECT_EQ(url("ws://[::1]:80/a"), "ws://[::1]:80/a");
}

TEST(Load, OneWordIsTheOnlyWayToClose) {
  EXPECT_EQ(with_load("  close: reset\n").flows[0].close,
            (std::vector<WeightedClose>{{CloseBehavior::kReset, 1, 1000}}));
}

TEST(Load, ANumberOfWarmUpCyclesIsLeastAndMost) {
  const CycleSpec cycles =
      loaded(std::string(kMinimal) + "cycles: { warmup: 5 }\n").cycles;
  EXPECT_EQ(cycles.warmup_min, 5u);
  EXPECT_EQ(cycles.warmup_max, 5u);
}

TEST(Load, ABudgetOfAnyIsNotJudged) {
  const Expectations expect =
      loaded(std::string(kMinimal) + "expect: { fds: any, sockets: any }\n")
          .expect;
  EXPECT_EQ(expect.fds, std::nullopt);
  EXPECT_EQ(expect.sockets, std::nullopt);
}

TEST(Load, ABareZeroNeedsNoUnit) {
  const LoadSpec load =
      with_load("  hold: 0\n  connectRate: 0\n  send: { size: 0 }\n").flows[0];
  EXPECT_EQ(load.hold, Duration(0));
  EXPECT_EQ(load.connect_rate, 0);
  EXPECT_EQ(load.traffic.size, Bytes{0});
}

TEST(Load, ExactlyAsManyCyclesAsThereAreStampsAreAccepted) {
  EXPECT_EQ(loaded(std::string(kMinimal) +
                   "cycles: { warmup: 200, loaded: 40, idle: 5, half: 5 }\n")
                .cycles.warmup_max,
            200u);
}

TEST(Load, AByteOrderMarkAndForeignLineEndsDoNotMatter) {
  std::string text = "\xEF\xBB\xBF";
  for (char c : kMinimal)
    text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(loaded(text), loaded(kMinimal));
}

TEST(Load, TheNameOfTheFileStandsInForAMissingName) {
  const auto name = [](const std::string& path) {
    return load_scenario(path, kMinimal, test_words())->name;
  };
  EXPECT_EQ(name("a/b/churn.yaml"), "churn");
  EXPECT_EQ(name("churn"), "churn");
  EXPECT_EQ(name(".yaml"), ".yaml");
}

TEST(Load, AFileIsReadFromDisk) {
  const std::string path = testing::TempDir() + "tidemark_load_test.yaml";
  std::ofstream(path) << kMinimal;
  const Result<Scenario> scenario = load_scenario_file(path, test_words());
  std::remove(path.c_str());
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(scenario->path, path);
  EXPECT_EQ(scenario->name, "tidemark_load_test");
}

TEST(Load, AFileThatCannotBeReadSaysWhy) {
  EXPECT_EQ(load_scenario_file("/nowhere/a.yaml", test_words()).error(),
            (Error{ErrorKind::kUsage,
                   "cannot read the scenario `/nowhere/a.yaml`: "
                   "No such file or directory",
                   "check the path"}));
  EXPECT_EQ(load_scenario_file("/", test_words()).error().message,
            "cannot read the scenario `/`: Is a directory");
}

TEST(Load, OtherMachinesAreNamedOnlyWithLeave) {
  const std::string text =
      "version: 1\nload: { url: \"ws://shop.example:9001/\" }\n";
  EXPECT_FALSE(load_scenario("s.yaml", text, test_words()));
  LoadRules rules;
  rules.other_machines = true;
  const Result<Scenario> scenario =
      load_scenario("s.yaml", text, test_words(), rules);
  ASSERT_TRUE(scenario) << scenario.error().message;
  EXPECT_EQ(scenario->flows[0].url, "ws://shop.example:9001/");
}

// What is waited for is contacted before anybody could ask for leave.
TEST(Load, ReadinessStaysOnThisMachineEvenWithLeave) {
  LoadRules rules;
  rules.other_machines = true;
  EXPECT_FALSE(load_scenario(
      "s.yaml",
      "version: 1\ntarget: { command: [a], ready: { tcp: "
      "\"shop.example:1\" } }\nload: { url: \"ws://127.0.0.1:1/\" }\n",
      test_words(), rules));
}

}  // namespace
}  // namespace tidemark
