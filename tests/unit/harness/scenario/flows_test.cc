// What flows, steps, closes, stress and stand-ins become, by value.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/scenario/load.h"
#include "tests/unit/harness/scenario/words.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Scenario loaded(const std::string& text) {
  const Result<Scenario> scenario =
      load_scenario("dir/s.yaml", "version: 1\n" + text, test_words());
  if (!scenario) ADD_FAILURE() << scenario.error().message;
  return scenario ? *scenario : Scenario{};
}

// The only flow, with these fields in block style.
LoadSpec flow(const std::string& url, const std::string& fields) {
  return loaded("load:\n  url: \"" + url + "\"\n" + fields).flows[0];
}

LoadSpec ws(const std::string& fields) {
  return flow("ws://127.0.0.1:1/", fields);
}

Step message(std::string text, bool binary) {
  Step step;
  step.body = std::move(text);
  step.binary = binary;
  return step;
}

TEST(Flows, TheSchemeTellsTheEngine) {
  const auto engine = [](const std::string& url) {
    return flow(url, "").engine;
  };
  EXPECT_EQ(engine("ws://127.0.0.1:1"), Engine::kWebSocket);
  EXPECT_EQ(engine("wss+unix:/run/a:/b"), Engine::kWebSocket);
  EXPECT_EQ(engine("https://127.0.0.1:1"), Engine::kHttp);
  EXPECT_EQ(engine("redis+unix:/run/r.sock"), Engine::kRedis);
  EXPECT_EQ(engine("rediss://127.0.0.1:1/2"), Engine::kRedis);
  EXPECT_EQ(engine("tls://127.0.0.1:1"), Engine::kTcp);
}

TEST(Flows, UrlsAreWrittenOut) {
  const auto url = [](const std::string& text) { return flow(text, "").url; };
  EXPECT_EQ(url("http://127.0.0.1:1"), "http://127.0.0.1:1/");
  EXPECT_EQ(url("ws+unix:/run/a"), "ws+unix:/run/a:/");
  EXPECT_EQ(url("ws+unix:/run/a:"), "ws+unix:/run/a:/");
  EXPECT_EQ(url("http+unix:///run/a:/b"), "http+unix:/run/a:/b");
  EXPECT_EQ(url("redis://127.0.0.1:1"), "redis://127.0.0.1:1");
  EXPECT_EQ(url("tcp+unix:/run/a"), "tcp+unix:/run/a");
}

TEST(Flows, ACommandWithoutUrlIsAToolOfItsOwn) {
  const LoadSpec load =
      loaded("load: { command: [wrk, -c, \"{{ connections }}\"] }").flows[0];
  EXPECT_EQ(load.engine, Engine::kExec);
  EXPECT_EQ(load.command,
            (std::vector<std::string>{"wrk", "-c", "{{ connections }}"}));
  EXPECT_EQ(load.url, "");
}

TEST(Flows, SeveralFlowsKeepTheirOrderAndNames) {
  const Scenario scenario = loaded(
      "flows:\n"
      "  zeta: { url: \"ws://127.0.0.1:1/\", connections: 5 }\n"
      "  alpha: { url: \"redis://127.0.0.1:1\", resp: 3 }\n");
  ASSERT_EQ(scenario.flows.size(), 2u);
  EXPECT_EQ(scenario.flows[0].name, "zeta");
  EXPECT_EQ(scenario.flows[0].connections, 5u);
  EXPECT_EQ(scenario.flows[1].name, "alpha");
  EXPECT_EQ(scenario.flows[1].resp, 3);
}

TEST(Flows, ATargetMayBeLeftOutButNotForARun) {
  const Scenario running = loaded("load: { url: \"ws://127.0.0.1:1/\" }");
  EXPECT_TRUE(running.target.command.empty());
  const Status status = require_service(running);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(status.error().message, "dir/s.yaml: `target.command` is missing");
  EXPECT_TRUE(require_service(loaded(
      "target: { command: ./s }\nload: { url: \"ws://127.0.0.1:1/\" }")));
}

TEST(Flows, RepliesAreEchoesOnlyWhereThatIsTheHabit) {
  EXPECT_EQ(ws("").traffic.replies, ReplyRule::kEcho);
  EXPECT_EQ(flow("tcp://127.0.0.1:1", "").traffic.replies, ReplyRule::kEcho);
  EXPECT_EQ(flow("http://127.0.0.1:1", "").traffic.replies, ReplyRule::kAny);
  EXPECT_EQ(flow("redis://127.0.0.1:1", "").traffic.replies, ReplyRule::kAny);
}

TEST(Flows, SendWithATextIsALoopOfMessages) {
  Step wanted;
  wanted.kind = StepKind::kLoop;
  wanted.count = 3;
  wanted.steps = {message("hello", false)};
  wanted.steps[0].expect.replies = ReplyRule::kAny;
  EXPECT_EQ(ws("  send: { count: 3, text: hello, expect: any }\n").flow,
            std::vector<Step>{wanted});
  EXPECT_EQ(ws("  send: { count: 0, text: hello }\n").flow,
            std::vector<Step>{});
  wanted.count = 2;
  wanted.steps = {message(std::string("\0\xff", 2), true)};
  wanted.steps[0].expect.replies = ReplyRule::kEcho;
  EXPECT_EQ(ws("  send: { hex: \"00 FF\" }\n").flow, std::vector<Step>{wanted});
}

TEST(Flows, AMessageIsATextHexOrASize) {
  const std::vector<Step> steps =
      ws("  flow:\n"
         "    - send: hello {{ name }}\n"
         "    - send: { text: a, binary: true }\n"
         "    - send: { hex: \"de ad\" }\n"
         "    - send: { size: 4KiB, binary: false }\n"
         "    - receive: { expect: { contains: x, within: 1s } }\n")
          .flow;
  ASSERT_EQ(steps.size(), 5u);
  EXPECT_EQ(steps[0], message("hello {{ name }}", false));
  EXPECT_EQ(steps[1], message("a", true));
  EXPECT_EQ(steps[2], message("\xde\xad", true));
  EXPECT_EQ(steps[3].size, Bytes{4096});
  EXPECT_FALSE(steps[3].binary);
  EXPECT_EQ(steps[4].kind, StepKind::kReceive);
  EXPECT_EQ(steps[4].expect.contains, "x");
  EXPECT_EQ(steps[4].expect.within, seconds(1));
}

TEST(Flows, ARequestIsAPathOrAMap) {
  const std::vector<Step> steps =
      flow("http://127.0.0.1:1",
           "  flow:\n"
           "    - get: /items/{{ $randomInt(1,9) }}\n"
           "    - post: { url: /items, headers: { A: b }, body: x,\n"
           "        chunked: true, expect: { statusCode: 201, equals: ok,\n"
           "        size: 2 },\n"
           "        capture: [ { json: $.id, as: id },\n"
           "          { regex: 'a(b)', as: r }, { header: Location, as: l },\n"
           "          { body: true, as: all } ] }\n"
           "    - delete: { url: \"{{ l }}\" }\n"
           "    - options: {}\n")
          .flow;
  ASSERT_EQ(steps.size(), 4u);
  EXPECT_EQ(steps[0].method, "GET");
  EXPECT_EQ(steps[0].path, "/items/{{ $randomInt(1,9) }}");
  EXPECT_EQ(steps[1].method, "POST");
  EXPECT_EQ(steps[1].path, "/items");
  EXPECT_EQ(steps[1].headers, (std::map<std::string, std::string>{{"A", "b"}}));
  EXPECT_EQ(steps[1].body, "x");
  EXPECT_TRUE(steps[1].chunked);
  EXPECT_EQ(steps[1].expect.status, 201);
  EXPECT_EQ(steps[1].expect.equals, "ok");
  EXPECT_EQ(steps[1].expect.size, Bytes{2});
  EXPECT_EQ(steps[1].captures,
            (std::vector<Capture>{{"id", CaptureFrom::kJson, "$.id"},
                                  {"r", CaptureFrom::kRegex, "a(b)"},
                                  {"l", CaptureFrom::kHeader, "Location"},
                                  {"all", CaptureFrom::kBody, ""}}));
  EXPECT_EQ(steps[2].method, "DELETE");
  EXPECT_EQ(steps[2].path, "{{ l }}");
  EXPECT_EQ(steps[3].method, "OPTIONS");
  EXPECT_EQ(steps[3].path, "");
}

TEST(Flows, ACommandIsSplitLikeAShellWould) {
  const auto words = [](const std::string& command) {
    return flow("redis://127.0.0.1:1",
                "  flow: [ { command: " + command + " } ]")
        .flow[0]
        .words;
  };
  using Words = std::vector<std::string>;
  EXPECT_EQ(words("SET  k 1"), (Words{"SET", "k", "1"}));
  EXPECT_EQ(words("[SET, k, two words]"), (Words{"SET", "k", "two words"}));
  EXPECT_EQ(words("\"GET k:{{ key }}\""), (Words{"GET", "k:{{ key }}"}));
  EXPECT_EQ(words("'SET k \"a\\x00\\n \\\"b\"'"),
            (Words{"SET", "k", std::string("a\0\n \"b", 6)}));
  EXPECT_EQ(words("\"SET '' a\\\\ b\""), (Words{"SET", "", "a b"}));
  EXPECT_EQ(words("\"SET k 'it is'x\""), (Words{"SET", "k", "it isx"}));
}

TEST(Flows, ACommandHasItsFieldsBesideIt) {
  const Step step = flow("redis://127.0.0.1:1",
                         "  flow:\n"
                         "    - command: SET k\n"
                         "      size: 256\n"
                         "      expect: { equals: OK }\n"
                         "      capture: { body: true, as: answer }\n")
                        .flow[0];
  EXPECT_EQ(step.size, Bytes{256});
  EXPECT_EQ(step.expect.equals, "OK");
  EXPECT_EQ(step.captures.size(), 1u);
}

TEST(Flows, AnExpectationIsAWordOrConditions) {
  const auto expect = [](const std::string& text) {
    return ws("  flow: [ { send: { text: a, expect: " + text + " } } ]")
        .flow[0]
        .expect;
  };
  EXPECT_EQ(expect("ignore").replies, ReplyRule::kIgnore);
  const Expect echo = expect("{ echo: true, within: 1s }");
  EXPECT_EQ(echo.replies, ReplyRule::kEcho);
  EXPECT_EQ(echo.within, seconds(1));
  EXPECT_EQ(expect("{ hex: \"00 41\" }").equals, std::string("\0A", 2));
  EXPECT_EQ(expect("{}"), Expect{});
}

TEST(Flows, ThinkTimesAreConstantUniformOrExponential) {
  const auto think = [](const std::string& text) {
    return ws("  flow: [ { think: " + text + " } ]").flow[0].think;
  };
  using D = ThinkTime::Distribution;
  EXPECT_EQ(think("500ms"),
            (ThinkTime{D::kConstant, milliseconds(500), {}, {}}));
  EXPECT_EQ(think("{ mean: 1s, distribution: exponential }"),
            (ThinkTime{D::kExponential, seconds(1), {}, {}}));
  EXPECT_EQ(think("{ min: 1s, max: 2s }"),
            (ThinkTime{D::kUniform, {}, seconds(1), seconds(2)}));
}

TEST(Flows, LoopsMayHoldLoops) {
  const std::vector<Step> steps = ws("  flow:\n"
                                     "    - loop:\n"
                                     "        - loop: [ { send: a } ]\n"
                                     "          count: 2\n"
                                     "        - think: 1s\n"
                                     "      count: 5\n")
                                      .flow;
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].kind, StepKind::kLoop);
  EXPECT_EQ(steps[0].count, 5u);
  ASSERT_EQ(steps[0].steps.size(), 2u);
  EXPECT_EQ(steps[0].steps[0].count, 2u);
  EXPECT_EQ(steps[0].steps[0].steps, std::vector<Step>{message("a", false)});
}

TEST(Flows, EveryFieldOfACloseArrives) {
  const std::vector<WeightedClose> closes =
      ws("  close:\n"
         "    - { behavior: close_no_wait, code: 1001, reason: bye }\n"
         "    - { behavior: abort_mid_frame, afterBytes: 7, then: fin }\n"
         "    - { behavior: slow_reader, readRate: 64 B/s, rcvbuf: 2KiB,\n"
         "        hold: 10s, weight: 3 }\n"
         "    - { provocation: bad_utf8, hold: 1s }\n"
         "    - reset_peer\n")
          .close;
  ASSERT_EQ(closes.size(), 5u);
  WeightedClose wanted;
  wanted.behavior = CloseBehavior::kCloseNoWait;
  wanted.code = 1001;
  wanted.reason = "bye";
  EXPECT_EQ(closes[0], wanted);
  wanted = {};
  wanted.behavior = CloseBehavior::kAbortMidFrame;
  wanted.after_bytes = 7;
  wanted.then_reset = false;
  EXPECT_EQ(closes[1], wanted);
  wanted = {};
  wanted.behavior = CloseBehavior::kSlowReader;
  wanted.read_rate = Bytes{64};
  wanted.receive_buffer = Bytes{2048};
  wanted.hold = seconds(10);
  wanted.weight = 3;
  EXPECT_EQ(closes[2], wanted);
  wanted = {};
  wanted.behavior = CloseBehavior::kProvocation;
  wanted.provocation = "bad_utf8";
  wanted.hold = seconds(1);
  EXPECT_EQ(closes[3], wanted);
  EXPECT_EQ(closes[4].behavior, CloseBehavior::kReset);
}

// "name weight" of each.
std::vector<std::string> weights(const std::vector<WeightedClose>& closes) {
  std::vector<std::string> result;
  for (const WeightedClose& close : closes)
    result.push_back(fmt::format("{} {}", way_of(close), close.weight));
  return result;
}

TEST(Flows, AllProvocationsShareTheirWeightEqually) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(weights(ws("  close: [ { provocation: all } ]").close),
            (Words{"bad_utf8 1", "reserved_opcode 1", "unmasked_frame 1"}));
  EXPECT_EQ(
      weights(ws("  close: [ reset, { provocation: all, weight: 1 } ]").close),
      (Words{"reset 3", "bad_utf8 1", "reserved_opcode 1",
             "unmasked_frame 1"}));
  EXPECT_EQ(
      weights(ws("  close: [ reset, { provocation: all, weight: 6 } ]").close),
      (Words{"reset 1", "bad_utf8 2", "reserved_opcode 2",
             "unmasked_frame 2"}));
}

TEST(Flows, WeightsThatNobodyCanAddUpAreRefused) {
  std::string text =
      "version: 1\nload:\n  url: \"ws://127.0.0.1:1/\"\n  close:\n"
      "    - { provocation: all }\n";
  for (int i = 0; i < 800; ++i)
    text += "    - { behavior: fin, weight: 1000000 }\n";
  const Result<Scenario> scenario = load_scenario("s", text, test_words());
  ASSERT_FALSE(scenario);
  EXPECT_NE(scenario.error().message.find(
                "`load.close`: the weights are too large: 2400000003 in all"),
            std::string::npos);
}

TEST(Flows, ProtocolsSocketsAndFeedersArrive) {
  const LoadSpec load =
      flow("rediss://127.0.0.1:1/0",
           "  pipeline: 16\n"
           "  resp: 3\n"
           "  username: me\n"
           "  password: \"${ENV:PASSWORD}\"\n"
           "  tls: { rejectUnauthorized: false, caFile: ca.pem,\n"
           "    serverName: db, certFile: /c.pem, keyFile: k.pem }\n"
           "  socket: { sourceIps: [127.0.0.254-127.0.1.1, 127.1.1.1],\n"
           "    rcvbuf: 16KiB, sndbuf: 8KiB, nodelay: false }\n"
           "  variables: { n: 500 }\n"
           "  payload: [ { path: u.csv, fields: [user, token],\n"
           "    order: random, skipHeader: true } ]\n");
  EXPECT_EQ(load.pipeline, 16u);
  EXPECT_EQ(load.username, "me");
  EXPECT_EQ(load.password, "${ENV:PASSWORD}");
  EXPECT_EQ(load.tls,
            (TlsSpec{false, "dir/ca.pem", "db", "/c.pem", "dir/k.pem"}));
  EXPECT_EQ(load.socket, (SocketSpec{{"127.0.0.254", "127.0.0.255", "127.0.1.0",
                                      "127.0.1.1", "127.1.1.1"},
                                     Bytes{16384},
                                     Bytes{8192},
                                     false}));
  EXPECT_EQ(load.variables, (std::map<std::string, std::string>{{"n", "500"}}));
  EXPECT_EQ(
      load.feeders,
      (std::vector<FeederSpec>{{"dir/u.csv", {"user", "token"}, true, true}}));
}

TEST(Flows, StressByRate) {
  StressSpec wanted;
  wanted.rate = 50;
  wanted.duration = minutes(1);
  wanted.poisson = true;
  wanted.max_connections = 7;
  wanted.start_after = seconds(2);
  wanted.graceful_stop = seconds(3);
  EXPECT_EQ(ws("  stress: { executor: constant-arrival-rate, rate: 100,\n"
               "    timeUnit: 2s, duration: 1m, arrivals: poisson,\n"
               "    maxVUs: 7, startAfter: 2s, gracefulStop: 3s }\n")
                .stress,
            wanted);
  EXPECT_EQ(ws("  stress: { rate: 30/m }\n").stress->rate, 0.5);
  EXPECT_EQ(ws("").stress, std::nullopt);
}

TEST(Flows, StressByRamps) {
  StressSpec wanted;
  wanted.executor = Executor::kRampingArrivalRate;
  wanted.start = 10;
  wanted.stages = {{seconds(30), 200}, {seconds(0), 0.5}};
  EXPECT_EQ(ws("  stress: { executor: ramping-arrival-rate, startRate: 10,\n"
               "    stages: [ { duration: 30s, target: 200 },\n"
               "      { duration: 0, target: 30/m } ] }\n")
                .stress,
            wanted);
  wanted = {};
  wanted.executor = Executor::kRampingConnections;
  wanted.start = 5;
  wanted.stages = {{seconds(1), 9}};
  EXPECT_EQ(ws("  stress: { executor: ramping-vus, startConnections: 5,\n"
               "    stages: [ { duration: 1s, target: 9 } ] }\n")
                .stress,
            wanted);
}

TEST(Flows, StressReusesConnectionsWhereThatIsTheHabit) {
  const std::string fields =
      "  stress: { executor: constant-vus, connections: 5 }\n";
  EXPECT_FALSE(ws(fields).stress->reuse);
  EXPECT_TRUE(flow("http://127.0.0.1:1", fields).stress->reuse);
  EXPECT_TRUE(flow("redis://127.0.0.1:1", fields).stress->reuse);
  EXPECT_FALSE(flow("tcp://127.0.0.1:1", fields).stress->reuse);
  const StressSpec own = *ws("  stress: { rate: 1/s, reuse: true,\n"
                             "    requestsPerConnection: 9 }\n")
                              .stress;
  EXPECT_TRUE(own.reuse);
  EXPECT_EQ(own.requests_per_connection, 9u);
}

TEST(Flows, StandInsAndTheirRulesArrive) {
  const std::vector<StandInSpec> standins =
      loaded(
          "load: { url: \"ws://127.0.0.1:1/\" }\n"
          "standins:\n"
          "  api:\n"
          "    engine: http\n"
          "    rules:\n"
          "      - { when: /items/*, every: 3, delay: 50ms, status: 503,\n"
          "          headers: { A: b }, reply: x, raw: true, repeat: 2,\n"
          "          close: reset }\n"
          "      - { size: 1KiB }\n"
          "    tls: { certFile: c.pem, keyFile: k.pem }\n"
          "    expectClosed: false\n"
          "  db: { engine: redis, password: p, rules: [ { error: ERR } ] }\n")
          .standins;
  ASSERT_EQ(standins.size(), 2u);
  StandInRule rule;
  rule.when = "/items/*";
  rule.every = 3;
  rule.delay = milliseconds(50);
  rule.status = 503;
  rule.headers = {{"A", "b"}};
  rule.reply = "x";
  rule.raw = true;
  rule.repeat = 2;
  rule.close = CloseBehavior::kReset;
  StandInRule sized;
  sized.size = Bytes{1024};
  EXPECT_EQ(standins[0], (StandInSpec{"api",
                                      Engine::kHttp,
                                      {rule, sized},
                                      "dir/c.pem",
                                      "dir/k.pem",
                                      "",
                                      false}));
  EXPECT_EQ(standins[1].name, "db");
  EXPECT_EQ(standins[1].password, "p");
  EXPECT_EQ(standins[1].rules[0].error, "ERR");
}

TEST(Flows, ThresholdsAreTextsOrMaps) {
  EXPECT_EQ(
      loaded("load: { url: \"ws://127.0.0.1:1/\" }\n"
             "thresholds:\n"
             "  checks: rate>0.999\n"
             "  \"ws_echo_duration{flow:churn}\":\n"
             "    - \"p(99.9) < 200\"\n"
             "    - { threshold: med<=1, abortOnFail: true,\n"
             "        delayAbortEval: 10s }\n")
          .thresholds,
      (std::vector<ThresholdSpec>{
          {"checks", "rate>0.999", false, {}},
          {"ws_echo_duration{flow:churn}", "p(99.9) < 200", false, {}},
          {"ws_echo_duration{flow:churn}", "med<=1", true, seconds(10)}}));
}

}  // namespace
}  // namespace tidemark
