// One flow of load: how many connections, what they say, how they end.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "harness/scenario/expand.h"
#include "harness/scenario/sections.h"
#include "harness/scenario/text_rules.h"

namespace tidemark {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::uint32_t kMaxPipeline = 10'000;

// All but exec, which brings a load tool of its own.
constexpr std::initializer_list<Engine> kOurs = {
    Engine::kWebSocket, Engine::kHttp, Engine::kRedis, Engine::kTcp};

void read_timeouts(Section section, Timeouts& timeouts) {
  const Duration least = milliseconds(1);
  section.duration("connect", timeouts.connect, least, hours(1));
  section.duration("handshake", timeouts.handshake, least, hours(1));
  section.duration("response", timeouts.response, least, hours(1));
  section.duration("close", timeouts.close, least, hours(1));
  section.finish();
}

void read_headers(Section& section, LoadSpec& load,
                  const LoadContext& context) {
  if (find_for(section, "headers", context,
               {Engine::kWebSocket, Engine::kHttp}) == nullptr)
    return;
  const auto name_rule = [&load](const std::string& name) {
    return check_header_name(name, load.engine);
  };
  const auto value_rule = [&context](const std::string& value) -> Status {
    TIDEMARK_TRY(check_header_value(value));
    return check_variables(value, context.variables);
  };
  section.text_map("headers", load.headers, name_rule, value_rule);
}

// What only one or two of the protocols know.
void read_protocol(Section& section, LoadSpec& load,
                   const LoadContext& context) {
  if (find_for(section, "pipeline", context, {Engine::kHttp, Engine::kRedis}))
    section.whole("pipeline", load.pipeline, 1, kMaxPipeline);
  read_headers(section, load, context);
  if (find_for(section, "subprotocols", context, {Engine::kWebSocket}))
    section.texts("subprotocols", load.subprotocols, check_subprotocol);
  if (const Node* node = find_for(section, "resp", context, {Engine::kRedis})) {
    const std::optional<std::uint64_t> version =
        read_whole(*node, section.path("resp"), 2, 3, section.problems());
    if (version) load.resp = static_cast<int>(*version);
  }
  if (find_for(section, "username", context, {Engine::kRedis}))
    section.text("username", load.username, check_not_empty);
  read_password(section, load.password, context);
}

void read_seed(Section& section, std::uint64_t& seed) {
  const Node* node = section.find("seed");
  if (node == nullptr) return;
  const std::optional<std::uint64_t> value =
      read_whole(*node, section.path("seed"), 0,
                 std::numeric_limits<std::uint64_t>::max(), section.problems());
  if (value) seed = *value;
}

void read_variables(Section& section, LoadSpec& load,
                    const LoadContext& context) {
  if (find_for(section, "variables", context, kOurs) == nullptr) return;
  section.text_map("variables", load.variables, check_variable_name,
                   [&context](const std::string& value) {
                     return check_variables(value, context.variables);
                   });
}

}  // namespace

const Node* find_for(Section& section, std::string_view key,
                     const LoadContext& context,
                     std::initializer_list<Engine> engines) {
  const Node* node = section.find(key);
  if (node == nullptr || context.engine == nullptr) return node;
  const auto wanted = [engines](Engine engine) {
    return std::find(engines.begin(), engines.end(), engine) != engines.end();
  };
  if (wanted(context.engine->engine)) return node;
  std::vector<std::string> names;
  for (const EngineWords& engine : context.words)
    if (wanted(engine.engine)) names.push_back(engine.name);
  section.complain(*node, key,
                   fmt::format("means nothing for {}", context.engine->name),
                   "it belongs to " + any_of(names, "and"));
  return nullptr;
}

void read_password(Section& section, std::string& out,
                   const LoadContext& context) {
  constexpr std::string_view key = "password";
  // Before anything can be complained of.
  if (const Node* node = section.find(key)) section.problems().hide(node->at);
  const Node* node = find_for(section, key, context, {Engine::kRedis});
  if (node == nullptr) return;
  if (node->kind != NodeKind::kScalar) {
    add_mismatch(*node, section.path(key), "text", section.problems());
    return;
  }
  const bool nul = node->text.find('\0') != std::string::npos;
  if (nul || !check_header_value(node->text)) {
    section.complain(*node, key, "wanted one line of text, or a secret",
                     "write it, ${ENV:NAME} or ${FILE:path}");
    return;
  }
  out = node->text;
}

void read_load(Section section, LoadSpec& load, LoadContext context) {
  read_engine(section, load, context);
  // Their services answer; few of them echo.
  if (context.is(Engine::kHttp) || context.is(Engine::kRedis))
    load.traffic.replies = ReplyRule::kAny;
  section.whole("connections", load.connections, 1, kMaxConnections);
  if (find_for(section, "connectRate", context, kOurs))
    section.rate("connectRate", load.connect_rate, kMaxRate);
  if (find_for(section, "hold", context, kOurs))
    section.duration("hold", load.hold, Duration(0), hours(1));
  if (find_for(section, "send", context, kOurs))
    read_send(section, load, context);
  if (find_for(section, "flow", context, kOurs))
    read_flow(section, load, context);
  if (find_for(section, "close", context, kOurs))
    read_closes(section, load, context);
  read_protocol(section, load, context);
  if (find_for(section, "tls", context, kOurs))
    read_tls(section, load.tls, context);
  if (find_for(section, "socket", context, kOurs))
    read_socket(section, load.socket, context);
  read_variables(section, load, context);
  if (find_for(section, "payload", context, kOurs))
    read_payload(section, load.feeders);
  if (std::optional<Section> timeouts = section.section("timeouts"))
    read_timeouts(std::move(*timeouts), load.timeouts);
  read_seed(section, load.seed);
  if (const Node* node = find_for(section, "stress", context, kOurs)) {
    load.stress.emplace();
    load.stress->reuse =
        context.is(Engine::kHttp) || context.is(Engine::kRedis);
    read_stress(Section(*node, section.path("stress"), section.problems()),
                *load.stress);
  }
  section.finish();
}

}  // namespace tidemark
