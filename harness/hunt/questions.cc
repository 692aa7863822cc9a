#include "harness/hunt/questions.h"

#include <utility>

namespace tidemark {
namespace {

using std::chrono::milliseconds;

// What most services answer to a path that they do not have, or do not give
// to everybody; the successful ones need no number.
constexpr int kStatuses[] = {404, 401, 403, 405, 400, 406, 411,
                             413, 415, 422, 426, 429, 500, 501};
constexpr const char* kUsualPaths[] = {"/",       "/ws",   "/websocket",
                                       "/socket", "/chat", "/echo"};

LoadSpec question(Engine engine, std::string url) {
  LoadSpec load;
  load.engine = engine;
  load.url = std::move(url);
  load.connections = 1;
  load.hold = Duration{};
  load.traffic.messages = 0;
  // A service of this machine that says nothing for so long does not speak it.
  load.timeouts = {milliseconds(1000), milliseconds(700), milliseconds(400),
                   milliseconds(400)};
  // Nobody is to be trusted that was started just now with its own key.
  load.tls.verify = false;
  return load;
}

Step request(const char* method, const std::string& path,
             std::optional<int> status) {
  Step step;
  step.method = method;
  step.path = path;
  step.expect.status = status;
  if (step.method == "POST") step.size = Bytes{64};
  return step;
}

// An echo would be a reply, too: only the right one shows who is there.
Step command(std::vector<std::string> words, std::string answer) {
  Step step;
  step.words = std::move(words);
  step.expect.equals = std::move(answer);
  return step;
}

// Many services of their own protocol take lines.
Step line() {
  Step step;
  step.body = "tidemark\r\n";
  step.binary = false;
  return step;
}

}  // namespace

LoadSpec tls_question(const HuntAddress& address) {
  return question(Engine::kTcp, url_of(address, "tls", ""));
}

Questions websocket_questions(const HuntAddress& address, bool secure) {
  const char* scheme = secure ? "wss" : "ws";
  Questions questions;
  if (!address.resource.empty())
    return {question(Engine::kWebSocket,
                     url_of(address, scheme, address.resource))};
  for (const char* path : kUsualPaths)
    questions.push_back(
        question(Engine::kWebSocket, url_of(address, scheme, path)));
  return questions;
}

Questions message_questions(const LoadSpec& open, const Step* say) {
  constexpr ReplyRule kRules[] = {ReplyRule::kEcho, ReplyRule::kAny,
                                  ReplyRule::kIgnore};
  Questions questions;
  if (say != nullptr || open.engine == Engine::kTcp) {
    for (const ReplyRule rule : kRules) {
      LoadSpec load = open;
      load.flow = {say != nullptr ? *say : line()};
      load.flow.front().expect.replies = rule;
      questions.push_back(std::move(load));
    }
    return questions;
  }
  for (const ReplyRule rule : kRules) {
    for (const bool binary : {true, false}) {
      LoadSpec load = open;
      load.traffic = Traffic{};
      load.traffic.binary = binary;
      load.traffic.replies = rule;
      // What is not awaited need not be of a kind; text is what more take.
      if (rule == ReplyRule::kIgnore && binary) continue;
      questions.push_back(std::move(load));
    }
  }
  return questions;
}

Questions http_questions(const HuntAddress& address, bool secure) {
  const LoadSpec plain = question(
      Engine::kHttp, url_of(address, secure ? "https" : "http",
                            address.resource.empty() ? "/" : address.resource));
  Questions questions;
  const auto add = [&](std::optional<int> status) {
    LoadSpec load = plain;
    load.flow.push_back(request("GET", "", status));
    questions.push_back(std::move(load));
  };
  add(std::nullopt);
  for (const int status : kStatuses) add(status);
  return questions;
}

Questions post_questions(const LoadSpec& with_get) {
  Questions questions;
  const auto add = [&](std::optional<int> status) {
    LoadSpec load = with_get;
    load.flow.push_back(request("POST", "", status));
    questions.push_back(std::move(load));
  };
  add(std::nullopt);
  for (const int status : kStatuses) add(status);
  return questions;
}

Questions redis_questions(const HuntAddress& address, bool secure) {
  const LoadSpec plain =
      question(Engine::kRedis,
               url_of(address, secure ? "rediss" : "redis", address.resource));
  LoadSpec store = plain;
  store.flow = {command({"SET", "tidemark", "was here"}, "OK"),
                command({"GET", "tidemark"}, "was here")};
  LoadSpec ping = plain;
  ping.flow = {command({"PING"}, "PONG")};
  return {store, ping};
}

LoadSpec tcp_question(const HuntAddress& address, bool secure) {
  return question(Engine::kTcp, url_of(address, secure ? "tls" : "tcp", ""));
}

}  // namespace tidemark
