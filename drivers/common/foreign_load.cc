#include "drivers/common/foreign_load.h"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/common/arrivals.h"
#include "tidemark/ways.h"

namespace tidemark {
namespace {

bool is_harmless(CloseBehavior behavior) {
  return behavior == CloseBehavior::kGraceful ||
         behavior == CloseBehavior::kFin ||
         behavior == CloseBehavior::kCloseNoWait ||
         behavior == CloseBehavior::kHalfClose;
}

Status refuse(std::string what, std::string hint) {
  return fail(ErrorKind::kUsage,
              fmt::format("target refused: off loopback a load is {}; found {}",
                          foreign_caps(), what),
              std::move(hint));
}

Status check_connections(double connections) {
  if (connections <= kMostForeignConnections) return {};
  return refuse(fmt::format("{:.0f} connections", connections),
                "ask for fewer: connections, maxConnections, or the target "
                "of a stage, of all flows together");
}

Status check_rate(double rate, const char* key) {
  if (rate <= kMostForeignRate) return {};
  return refuse(fmt::format("{:g} per second", rate),
                fmt::format("lower {}, of all flows together", key));
}

Status check_length(Duration length, const char* key) {
  if (length <= kLongestForeign) return {};
  return refuse(fmt::format("{:.0f} minutes", to_seconds(length) / 60),
                fmt::format("lower {}", key));
}

}  // namespace

std::string foreign_caps() {
  return fmt::format(
      "at most {} connections, {:g} new ones per second, {} minutes",
      kMostForeignConnections, kMostForeignRate,
      kLongestForeign / std::chrono::minutes(1));
}

std::vector<std::string> hostile_ways(const LoadSpec& flow) {
  std::vector<std::string> ways;
  for (const WeightedClose& close : flow.close)
    if (!is_harmless(close.behavior)) ways.push_back(way_of(flow, close));
  return ways;
}

Status check_foreign_hunt(const std::vector<LoadSpec>& flows,
                          const CycleSpec& cycles) {
  double connections = 0;
  double rate = 0;
  for (const LoadSpec& flow : flows) {
    connections += flow.connections;
    rate += flow.connect_rate;
    if (flow.connect_rate <= 0)
      return refuse(
          "no connectRate",
          fmt::format("set connectRate: {:g}/s or less", kMostForeignRate));
  }
  TIDEMARK_TRY(check_connections(connections));
  TIDEMARK_TRY(check_rate(rate, "connectRate"));
  return check_length(cycles.max_duration, "cycles.maxDuration");
}

// Every arrival may need a connection of its own, also where connections are
// reused: a service may close them.
Status check_foreign_stress(const std::vector<LoadSpec>& flows) {
  double connections = 0;
  double rate = 0;
  double paced = 0;  // at least one a second is left for each
  for (const LoadSpec& flow : flows) {
    if (!flow.stress) continue;
    const StressSpec& spec = *flow.stress;
    if (has_arrivals(spec)) {
      connections += spec.max_connections;
      rate += peak_of(spec);
    } else {
      // Those have a pace of their own: see foreign_open_rate().
      connections += peak_of(spec);
      paced += 1;
    }
    TIDEMARK_TRY(
        check_length(spec.start_after + length_of(spec) + spec.graceful_stop,
                     "duration, startAfter or gracefulStop"));
  }
  TIDEMARK_TRY(check_connections(connections));
  return check_rate(rate + paced, "rate, or the target of a stage");
}

double foreign_open_rate(const std::vector<LoadSpec>& flows) {
  double rest = kMostForeignRate;
  double paced = 0;
  for (const LoadSpec& flow : flows) {
    if (!flow.stress) continue;
    if (has_arrivals(*flow.stress))
      rest -= peak_of(*flow.stress);
    else
      paced += 1;
  }
  return rest / std::max(paced, 1.0);
}

}  // namespace tidemark
