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
#include "harness/scenario/utf8.h"

namespace {

using tidemark::Error;
using tidemark::Result;
using tidemark::Scenario;

void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

void check_scenario(const Scenario& scenario) {
  require(!scenario.target.command.empty(), "a command is never empty");
  require(!scenario.target.command.front().empty(), "a program has a name");
  require(!scenario.flows[0].close.empty(), "there is a way to close");
  for (const tidemark::WeightedClose& close : scenario.flows[0].close)
    require(close.weight > 0, "a weight is positive");
  const tidemark::CycleSpec& cycles = scenario.cycles;
  require(cycles.warmup_min <= cycles.warmup_max, "warm-up bounds in order");
  require(cycles.warmup_max + cycles.loaded + cycles.idle + cycles.half <=
              tidemark::kMaxCycles,
          "every cycle has a stamp");
  for (int port : {1, 40000, 65535}) {
    const Scenario started = tidemark::with_port(scenario, port);
    require(!tidemark::uses_port(started), "the port is filled in");
    require(tidemark::parse_ws_url(started.flows[0].url).has_value(),
            "the URL is on loopback whatever the port");
  }
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
  const Result<Scenario> scenario = tidemark::load_scenario("fuzz.yaml", text);
  if (scenario)
    check_scenario(*scenario);
  else
    check_error(scenario.error());
  return 0;
}
