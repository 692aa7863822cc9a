// Any bytes at all as a scenario file: never a crash, and whatever comes back
// keeps the promises of harness/scenario/load.h.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "harness/scenario/address.h"
#include "harness/scenario/expand.h"
#include "harness/scenario/load.h"
#include "harness/scenario/secrets.h"
#include "harness/scenario/utf8.h"
#include "tests/unit/harness/scenario/words.h"

namespace {

using tidemark::Error;
using tidemark::Result;
using tidemark::Scenario;

void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

void check_steps(const std::vector<tidemark::Step>& steps) {
  for (const tidemark::Step& step : steps) {
    require(step.count > 0, "a loop goes round");
    check_steps(step.steps);
  }
}

void check_flow(const tidemark::LoadSpec& flow) {
  require(!flow.close.empty(), "there is a way to close");
  std::uint64_t weights = 0;
  for (const tidemark::WeightedClose& close : flow.close) {
    require(close.weight > 0, "a weight is positive");
    require((close.behavior == tidemark::CloseBehavior::kProvocation) ==
                !close.provocation.empty(),
            "a provocation has a name");
    weights += close.weight;
  }
  require(weights < std::uint64_t{1} << 31, "weights can be added up");
  require(flow.socket.source_addresses.size() <= 4096, "few addresses");
  for (const std::string& address : flow.socket.source_addresses)
    require(tidemark::is_loopback_host(address), "sources are on loopback");
  check_steps(flow.flow);
  require((flow.engine == tidemark::Engine::kExec) != flow.command.empty(),
          "only a tool has a command");
}

bool reaches_this_machine(const tidemark::LoadSpec& flow) {
  return flow.url.empty()
             ? flow.engine == tidemark::Engine::kExec
             : tidemark::parse_load_address(flow.url, tidemark::test_words())
                   .has_value();
}

void check_scenario(const Scenario& scenario) {
  require(scenario.target.command.empty() ||
              !scenario.target.command.front().empty(),
          "a program has a name");
  require(!scenario.flows.empty(), "there is a flow");
  for (const tidemark::LoadSpec& flow : scenario.flows) check_flow(flow);
  const tidemark::CycleSpec& cycles = scenario.cycles;
  require(cycles.warmup_min <= cycles.warmup_max, "warm-up bounds in order");
  require(cycles.warmup_max + cycles.loaded + cycles.idle + cycles.half <=
              tidemark::kMaxCycles,
          "every cycle has a stamp");
  for (int port : {1, 40000, 65535}) {
    std::map<std::string, int> ports;
    for (const tidemark::StandInSpec& standin : scenario.standins)
      ports[standin.name] = port;
    const Scenario started =
        tidemark::with_port(tidemark::with_standins(scenario, ports), port);
    require(!tidemark::uses_port(started), "the port is filled in");
    for (const tidemark::LoadSpec& flow : started.flows)
      require(reaches_this_machine(flow),
              "the URL is on this machine whatever the port");
  }
  const Result<Scenario> resolved = tidemark::with_secrets(
      scenario,
      [](const std::string&) { return std::optional<std::string>("secret"); });
  require(resolved || !resolved.error().message.empty(), "an error says why");
}

void check_error(const Error& error) {
  require(error.kind == tidemark::ErrorKind::kUsage, "a bad file is exit 3");
  const std::string_view message = error.message;
  require(message.starts_with("fuzz.yaml:"), "a place in the file");
  for (std::size_t i = 0; i < message.size();) {
    const std::size_t length = tidemark::utf8_length(message.substr(i));
    require(length > 0, "messages are UTF-8");
    const char c = message[i];
    require(length > 1 || c == '\n' || (c >= ' ' && c != 0x7F),
            "messages hold no control characters");
    i += length;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > 1 << 20) return 0;  // refused by size, without a place
  const Result<Scenario> scenario =
      tidemark::load_scenario("fuzz.yaml", text, tidemark::test_words());
  if (scenario)
    check_scenario(*scenario);
  else
    check_error(scenario.error());
  return 0;
}
