// The ways a connection can go, by name: what plans, counts, findings and
// drivers agree on.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tidemark/scenario.h"

namespace tidemark {

// As scenarios and records write it.
constexpr const char* to_word(CloseBehavior behavior) {
  switch (behavior) {
    case CloseBehavior::kGraceful:
      return "graceful";
    case CloseBehavior::kReset:
      return "reset";
    case CloseBehavior::kFin:
      return "fin";
    case CloseBehavior::kCloseNoWait:
      return "close_no_wait";
    case CloseBehavior::kHalfClose:
      return "half_close";
    case CloseBehavior::kHalfOpen:
      return "half_open";
    case CloseBehavior::kStall:
      return "stall";
    case CloseBehavior::kSlowReader:
      return "slow_reader";
    case CloseBehavior::kIgnoreClose:
      return "ignore_close";
    case CloseBehavior::kAbortMidHandshake:
      return "abort_mid_handshake";
    case CloseBehavior::kAbortMidFrame:
      return "abort_mid_frame";
    case CloseBehavior::kAbortMidFragment:
      return "abort_mid_fragment";
    case CloseBehavior::kAbortMidBody:
      return "abort_mid_body";
    case CloseBehavior::kUnreadBody:
      return "unread_body";
    case CloseBehavior::kAbortMidCommand:
      return "abort_mid_command";
    case CloseBehavior::kUnreadReplies:
      return "unread_replies";
    case CloseBehavior::kSubscribedThenGone:
      return "subscribed_then_gone";
    case CloseBehavior::kAbortMidMessage:
      return "abort_mid_message";
    case CloseBehavior::kProvocation:
      return "provocation";
  }
  return "graceful";
}

constexpr const char* to_word(Executor executor) {
  switch (executor) {
    case Executor::kConstantArrivalRate:
      return "constant-arrival-rate";
    case Executor::kRampingArrivalRate:
      return "ramping-arrival-rate";
    case Executor::kConstantConnections:
      return "constant-connections";
    case Executor::kRampingConnections:
      break;
  }
  return "ramping-connections";
}

// The name of a way within its flow: "reset", "bad_utf8".
inline std::string way_of(const WeightedClose& close) {
  return close.behavior == CloseBehavior::kProvocation
             ? close.provocation
             : to_word(close.behavior);
}

// The name within the whole scenario: "FLOW/reset" if flows have names.
inline std::string way_of(const LoadSpec& flow, const WeightedClose& close) {
  return flow.name.empty() ? way_of(close) : flow.name + "/" + way_of(close);
}

// Without its flow: "churners/reset" → "reset".
constexpr std::string_view without_flow(std::string_view way) {
  const std::size_t slash = way.rfind('/');
  return slash == std::string_view::npos ? way : way.substr(slash + 1);
}

// Connections of a full cycle: of all flows.
inline Count connections_of(const Scenario& scenario) {
  Count sum;
  for (const LoadSpec& flow : scenario.flows) sum.value += flow.connections;
  return sum;
}

// Which share of all connections goes which way; the shares add up to 1.
inline std::map<std::string, double> way_shares(const Scenario& scenario) {
  std::map<std::string, double> shares;
  const double all = static_cast<double>(connections_of(scenario).value);
  for (const LoadSpec& flow : scenario.flows) {
    double weights = 0;
    for (const WeightedClose& close : flow.close) weights += close.weight;
    for (const WeightedClose& close : flow.close)
      shares[way_of(flow, close)] +=
          flow.connections / all * close.weight / weights;
  }
  return shares;
}

}  // namespace tidemark
