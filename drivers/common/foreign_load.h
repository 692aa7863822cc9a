// What a load off loopback may be at most, whoever agrees to it.
#pragma once

#include <string>
#include <vector>

#include "tidemark/result.h"
#include "tidemark/scenario.h"

namespace tidemark {

inline constexpr std::uint32_t kMostForeignConnections = 1000;  // at once
inline constexpr double kMostForeignRate = 200;  // new ones per second
inline constexpr Duration kLongestForeign = std::chrono::minutes(10);

// "at most 1000 connections, 200 new ones per second, 10 minutes"
std::string foreign_caps();

// The ways of `flow` that no well-meaning client has, by name. What is not
// known to be harmless is among them.
std::vector<std::string> hostile_ways(const LoadSpec& flow);

// kUsage if the flows that go off loopback, together, would be more than the
// caps allow: in a hunt, and in a stress run.
Status check_foreign_hunt(const std::vector<LoadSpec>& flows,
                          const CycleSpec& cycles);
Status check_foreign_stress(const std::vector<LoadSpec>& flows);

// New connections per second for each flow without arrivals: its share of
// what the flows with arrivals leave. REQUIRES: check_foreign_stress().
double foreign_open_rate(const std::vector<LoadSpec>& flows);

}  // namespace tidemark
