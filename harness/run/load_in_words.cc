#include "harness/run/load_in_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace tidemark {
namespace {

// Where its clients go, in words.
std::string addresses(const Scenario& scenario) {
  std::string text;
  for (const LoadSpec& flow : scenario.flows) {
    const std::string& where = flow.url.empty() ? flow.name : flow.url;
    if (text.find(where) == std::string::npos)
      text += (text.empty() ? "" : ", ") + where;
  }
  return text;
}

}  // namespace

std::string message_word(const Scenario& scenario) {
  const auto all = [&](Engine engine) {
    return std::all_of(
        scenario.flows.begin(), scenario.flows.end(),
        [engine](const LoadSpec& flow) { return flow.engine == engine; });
  };
  if (all(Engine::kHttp)) return "request";
  return all(Engine::kRedis) ? "command" : "message";
}

Status enough_opened(const Scenario& scenario, const LoadCounts& load) {
  if (load.attempted.value == 0 || load.reached().value > 0) return {};
  std::string reasons;
  for (const auto& [reason, count] : load.reasons)
    reasons += fmt::format("\n  {} × {}", count.value, reason);
  return fail(
      ErrorKind::kEnvironment,
      fmt::format("the service accepted none of {} connections to {}{}",
                  load.attempted.value, addresses(scenario), reasons),
      "is this the right url, and does the service speak its protocol there?");
}

std::string cycle_title(const PlannedCycle& cycle, std::size_t number,
                        std::size_t all, bool planned) {
  return fmt::format("cycle {} of {}{}, {}, {} connections", number,
                     planned ? "at most " : "", all, to_word(cycle.kind),
                     cycle.connections.value);
}

}  // namespace tidemark
