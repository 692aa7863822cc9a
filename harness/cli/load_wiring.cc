#include "harness/cli/load_wiring.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "drivers/common/cycle_driver.h"
#include "drivers/common/engine.h"
#include "drivers/common/flows_driver.h"
#include "drivers/common/foreign_load.h"
#include "drivers/common/load_url.h"
#include "drivers/common/tls.h"
#include "drivers/common/varied_driver.h"
#include "drivers/exec/driver.h"
#include "drivers/http/protocol.h"
#include "drivers/http/responder.h"
#include "drivers/redis/protocol.h"
#include "drivers/redis/responder.h"
#include "drivers/standin/standin.h"
#include "drivers/tcp/protocol.h"
#include "drivers/tcp/responder.h"
#include "drivers/websocket/protocol.h"
#include "drivers/websocket/responder.h"

namespace tidemark {
namespace {

// One row for each protocol there is.
struct Row {
  const char* name;
  Engine engine;
  const char* plain;
  const char* secure;
  Result<std::unique_ptr<Protocol>> (*protocol)(const LoadSpec&,
                                                const LoadUrl&);
  std::unique_ptr<StandInProtocol> (*responder)(const StandInSpec&);
};

constexpr Row kRows[] = {
    {"websocket", Engine::kWebSocket, "ws", "wss", make_websocket_protocol,
     make_websocket_responder},
    {"http", Engine::kHttp, "http", "https", make_http_protocol,
     make_http_responder},
    {"redis", Engine::kRedis, "redis", "rediss", make_redis_protocol,
     make_redis_responder},
    {"tcp", Engine::kTcp, "tcp", "tls", make_tcp_protocol, make_tcp_responder},
};

const Row* row_of(Engine engine) {
  for (const Row& row : kRows)
    if (row.engine == engine) return &row;
  return nullptr;
}

// A protocol to ask for its words.
std::unique_ptr<Protocol> sample_of(const Row& row) {
  LoadSpec flow;
  flow.engine = row.engine;
  LoadUrl url{row.plain, "127.0.0.1", 1, "/"};
  Result<std::unique_ptr<Protocol>> made = row.protocol(flow, url);
  return made ? *std::move(made) : nullptr;
}

Result<EngineSetup> make_setup(const LoadSpec& flow,
                               const TargetPolicy& policy) {
  const Row* row = row_of(flow.engine);
  if (row == nullptr)
    return fail(ErrorKind::kUsage,
                "the engine exec has no arrivals: its program is the load",
                "use it with `tidemark run`");
  Result<LoadUrl> url = parse_load_url(flow.url, {row->plain, row->secure});
  TIDEMARK_TRY(url);
  Result<std::unique_ptr<Protocol>> protocol = row->protocol(flow, *url);
  TIDEMARK_TRY(protocol);
  // The loader has made every path relative to where tidemark runs.
  return make_engine_setup(flow, *url, *std::move(protocol), policy, "");
}

// Kept beside the load if it goes off loopback.
Status note_foreign(const EngineSetup& setup,
                    std::vector<ForeignFlow>& foreign) {
  ForeignFlow flow{setup.spec, setup.url, {}};
  for (const Endpoint& endpoint : setup.endpoints)
    if (endpoint.is_foreign()) flow.endpoints.push_back(endpoint);
  if (flow.endpoints.empty()) return {};
  TIDEMARK_TRY(check_foreign_flow(flow.spec));
  foreign.push_back(std::move(flow));
  return {};
}

std::vector<LoadSpec> specs_of(const std::vector<ForeignFlow>& flows) {
  std::vector<LoadSpec> specs;
  for (const ForeignFlow& flow : flows) specs.push_back(flow.spec);
  return specs;
}

Result<std::unique_ptr<Driver>> make_one(const LoadSpec& flow,
                                         const TargetPolicy& policy,
                                         std::vector<ForeignFlow>& foreign,
                                         Clock& clock,
                                         Cancellation& cancellation) {
  if (flow.engine == Engine::kExec)
    return make_exec_driver(flow, clock, cancellation);
  Result<EngineSetup> setup = make_setup(flow, policy);
  TIDEMARK_TRY(setup);
  TIDEMARK_TRY(note_foreign(*setup, foreign));
  return make_cycle_driver(*std::move(setup), clock, cancellation);
}

// The flow with other messages. One that is written down step by step says
// itself what it sends.
LoadSpec with_messages(LoadSpec flow, const CycleSettings& settings) {
  if (settings.size) flow.traffic.size = *settings.size;
  if (settings.messages) flow.traffic.messages = *settings.messages;
  return flow;
}

// `factors`: whose levels are asked for later.
Result<std::unique_ptr<Driver>> make_varied(const LoadSpec& flow,
                                            const FactorSpec& factors,
                                            const TargetPolicy& policy,
                                            std::vector<ForeignFlow>& foreign,
                                            Clock& clock,
                                            Cancellation& cancellation) {
  Result<std::unique_ptr<Driver>> plain =
      make_one(flow, policy, foreign, clock, cancellation);
  TIDEMARK_TRY(plain);
  // Whoever writes levels down wants them; `auto` gives none to the silent.
  const bool speaks = flow.traffic.messages > 0 || !factors.automatic;
  const bool varies =
      speaks && (!factors.sizes.empty() || !factors.messages.empty());
  if (!varies || !flow.flow.empty() || flow.engine == Engine::kExec)
    return plain;
  return make_varied_driver(
      *std::move(plain),
      [flow, policy, &clock, &cancellation](const CycleSettings& settings) {
        std::vector<ForeignFlow> same;  // its address is allowed by now
        return make_one(with_messages(flow, settings), policy, same, clock,
                        cancellation);
      });
}

Result<EngineSetup> make_stress_setup(const LoadSpec& flow,
                                      const TargetPolicy& policy) {
  if (!flow.stress)
    return fail(ErrorKind::kUsage,
                flow.name.empty()
                    ? "the load has no `stress`"
                    : fmt::format("the flow `{}` has no `stress`", flow.name),
                "say how much: stress: { executor: constant-arrival-rate, "
                "rate: 100/s, duration: 10s }");
  return make_setup(flow, policy);
}

}  // namespace

LoadWords load_words() {
  LoadWords words;
  for (const Row& row : kRows) {
    const std::unique_ptr<Protocol> protocol = sample_of(row);
    if (!protocol) continue;
    EngineWords engine{row.name, row.engine, {row.plain}, {row.secure},
                       {},       {},         {}};
    const auto behaviors = protocol->behaviors();
    engine.behaviors.assign(behaviors.begin(), behaviors.end());
    for (const Provocation& provocation : protocol->provocations())
      engine.provocations.emplace_back(provocation.name);
    for (const Provocation& provocation : tls_provocations())
      engine.tls_provocations.emplace_back(provocation.name);
    words.push_back(std::move(engine));
  }
  words.push_back(
      {"exec", Engine::kExec, {}, {}, {CloseBehavior::kGraceful}, {}, {}});
  return words;
}

std::vector<ProvocationWords> all_provocations() {
  std::vector<ProvocationWords> all;
  const auto add = [&](const char* engine, const Provocation& provocation) {
    all.push_back({engine, std::string(provocation.name),
                   std::string(provocation.summary)});
  };
  for (const Row& row : kRows)
    if (const std::unique_ptr<Protocol> protocol = sample_of(row))
      for (const Provocation& provocation : protocol->provocations())
        add(row.name, provocation);
  for (const Provocation& provocation : tls_provocations())
    add("tls", provocation);
  return all;
}

Result<Wired<std::unique_ptr<Driver>>> make_driver(const Scenario& scenario,
                                                   const TargetPolicy& policy,
                                                   Clock& clock,
                                                   Cancellation& cancellation) {
  Wired<std::unique_ptr<Driver>> wired;
  std::vector<std::unique_ptr<Driver>> drivers;
  for (const LoadSpec& flow : scenario.flows) {
    Result<std::unique_ptr<Driver>> driver =
        make_varied(flow, scenario.cycles.factors, policy, wired.foreign, clock,
                    cancellation);
    TIDEMARK_TRY(driver);
    drivers.push_back(*std::move(driver));
  }
  if (!wired.foreign.empty())
    TIDEMARK_TRY(check_foreign_hunt(specs_of(wired.foreign), scenario.cycles));
  wired.load = drivers.size() == 1 ? std::move(drivers.front())
                                   : make_flows_driver(std::move(drivers));
  return wired;
}

Result<Wired<std::vector<std::unique_ptr<StressFlow>>>> make_stress_flows(
    const Scenario& scenario, const TargetPolicy& policy, Clock& clock,
    Cancellation& cancellation) {
  Wired<std::vector<std::unique_ptr<StressFlow>>> wired;
  std::vector<EngineSetup> setups;
  for (const LoadSpec& flow : scenario.flows) {
    Result<EngineSetup> setup = make_stress_setup(flow, policy);
    TIDEMARK_TRY(setup);
    TIDEMARK_TRY(note_foreign(*setup, wired.foreign));
    setups.push_back(*std::move(setup));
  }
  const std::vector<LoadSpec> foreign = specs_of(wired.foreign);
  TIDEMARK_TRY(check_foreign_stress(foreign));
  for (EngineSetup& setup : setups) {
    const bool abroad =
        std::any_of(setup.endpoints.begin(), setup.endpoints.end(),
                    [](const Endpoint& one) { return one.is_foreign(); });
    if (abroad) setup.open_rate = foreign_open_rate(foreign);
    Result<std::unique_ptr<StressFlow>> made =
        StressFlow::make(std::move(setup), clock, cancellation);
    TIDEMARK_TRY(made);
    wired.load.push_back(*std::move(made));
  }
  return wired;
}

Result<std::vector<std::unique_ptr<StandIn>>> make_standins(
    const Scenario& scenario) {
  std::vector<std::unique_ptr<StandIn>> standins;
  for (const StandInSpec& spec : scenario.standins) {
    const Row* row = row_of(spec.engine);
    if (row == nullptr)
      return fail(ErrorKind::kUsage,
                  fmt::format("the stand-in `{}` has no protocol", spec.name));
    Result<std::unique_ptr<StandIn>> made =
        make_standin(spec, row->responder(spec));
    TIDEMARK_TRY(made);
    standins.push_back(*std::move(made));
  }
  return standins;
}

std::string address_of(const LoadSpec& flow) {
  const Row* row = row_of(flow.engine);
  if (row == nullptr) return {};
  const Result<LoadUrl> url =
      parse_load_url(flow.url, {row->plain, row->secure});
  if (!url) return {};
  if (!url->unix_path.empty()) return url->unix_path;
  const bool v6 = url->host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", url->host, v6 ? "]" : "",
                     url->port);
}

}  // namespace tidemark
