#include "tests/support/peer_rules/sprt.h"

#include <cmath>
#include <cstdint>

namespace tidemark {
namespace {

// The number of connections at which the ratio is at that bound.
double connections_at(const SprtPlan& plan, Count survivors, double bound) {
  const double weight = std::log(plan.leak / plan.clean);
  return (static_cast<double>(survivors.value) * weight - bound) /
         (plan.leak - plan.clean);
}

}  // namespace

SprtBounds sprt_bounds(const SprtPlan& plan) {
  return {std::log(plan.miss / (1 - plan.false_alarm)),
          std::log((1 - plan.miss) / plan.false_alarm)};
}

double log_likelihood_ratio(const SprtPlan& plan, Count connections,
                            Count survivors) {
  return static_cast<double>(survivors.value) *
             std::log(plan.leak / plan.clean) -
         (plan.leak - plan.clean) * static_cast<double>(connections.value);
}

SprtAnswer sprt(const SprtPlan& plan, Count connections, Count survivors) {
  const SprtBounds bounds = sprt_bounds(plan);
  const double ratio = log_likelihood_ratio(plan, connections, survivors);
  if (ratio >= bounds.leak) return SprtAnswer::kLeak;
  return ratio <= bounds.clean ? SprtAnswer::kClean : SprtAnswer::kGoOn;
}

Count connections_until_clean(const SprtPlan& plan, Count survivors) {
  const double at = connections_at(plan, survivors, sprt_bounds(plan).clean);
  return {static_cast<std::int64_t>(std::ceil(at))};
}

std::optional<Count> connections_while_leak(const SprtPlan& plan,
                                            Count survivors) {
  const double at = connections_at(plan, survivors, sprt_bounds(plan).leak);
  if (at < 0) return std::nullopt;
  return Count{static_cast<std::int64_t>(std::floor(at))};
}

}  // namespace tidemark
