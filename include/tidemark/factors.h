// What the factors of a plan may be and what `auto` makes them: the loader,
// which refuses, and whoever gives advice go by the same rules.
#pragma once

#include <algorithm>
#include <cstdint>

#include "tidemark/scenario.h"
#include "tidemark/ways.h"

namespace tidemark {

inline constexpr std::uint32_t kMaxMessages = 1'000'000;  // of a connection
inline constexpr std::uint32_t kLoadedPerLevel = 2;       // cycles, at least

// Flows that are written down, plain HTTP and programs stay as they are.
inline bool has_variable_messages(const LoadSpec& flow) {
  return flow.flow.empty() && flow.engine != Engine::kExec &&
         flow.engine != Engine::kHttp;
}

// Loaded cycles that there are for certain: every second one of a plan is.
inline std::uint32_t surely_loaded(const CycleSpec& cycles) {
  if (!cycles.planned) return cycles.loaded;
  return (cycles.most - std::min(cycles.most, cycles.warmup_max)) / 2;
}

// A quarter of the connections at once and all of them; messages as they are
// and larger; so many and a few more. Empty where nothing can vary.
inline FactorSpec automatic_levels(const Scenario& scenario) {
  constexpr std::uint32_t kFewestToDivide = 8;
  constexpr Bytes kLargeMessage{8 << 10};  // beyond what one read gives
  constexpr Bytes kSmallMessage{64};
  constexpr std::uint32_t kMoreMessages = 3;
  FactorSpec factors;
  const auto all = static_cast<std::uint32_t>(connections_of(scenario).value);
  if (all >= kFewestToDivide) factors.concurrency = {all / 4, all};
  const auto flow = std::find_if(
      scenario.flows.begin(), scenario.flows.end(), [](const LoadSpec& spec) {
        return has_variable_messages(spec) && spec.traffic.messages > 0;
      });
  if (flow == scenario.flows.end()) return factors;
  const Bytes size = flow->traffic.size;
  factors.sizes = {size, size < kLargeMessage ? kLargeMessage : kSmallMessage};
  const std::uint32_t messages = flow->traffic.messages;
  factors.messages = {messages, messages + kMoreMessages <= kMaxMessages
                                    ? messages + kMoreMessages
                                    : messages - kMoreMessages};
  return factors;
}

}  // namespace tidemark
