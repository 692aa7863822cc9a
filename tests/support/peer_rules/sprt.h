// When to stop looking: Wald's sequential probability ratio test on counts of
// survivors. Repeating a fixed-size test after every cycle multiplies its
// error rate; this one may be asked after every cycle.
//
// Survivors are taken for Poisson, with `clean` or with `leak` of them per
// connection. After k survivors of n connections
//
//   LLR = k · ln(leak / clean) − (leak − clean) · n
//
// says LEAK from ln((1 − miss) / false_alarm) on, CLEAN up to
// ln(miss / (1 − false_alarm)), and to go on between the two (Wald 1945). The
// stated error rates hold for services at one of the two rates; between them
// the test goes on for longest. Only for what came after the warm-up: a cache
// that fills is no Poisson count.
#pragma once

#include <optional>

#include "tidemark/units.h"

namespace tidemark {

// REQUIRES, everywhere: 0 < clean < leak; the error rates within (0, 0.5).
struct SprtPlan {
  double clean = 1e-4;  // survivors per connection that are no leak
  double leak = 1e-2;   // and those that are
  double false_alarm = 1e-3;
  double miss = 1e-2;

  bool operator==(const SprtPlan&) const = default;
};

enum class SprtAnswer { kGoOn, kLeak, kClean };

struct SprtBounds {
  double clean = 0;  // at or below: CLEAN
  double leak = 0;   // at or above: LEAK
};

SprtBounds sprt_bounds(const SprtPlan& plan);

double log_likelihood_ratio(const SprtPlan& plan, Count connections,
                            Count survivors);

SprtAnswer sprt(const SprtPlan& plan, Count connections, Count survivors);

// The first number of connections at which that many survivors are CLEAN:
// what a run that must go on is waiting for, at the least.
Count connections_until_clean(const SprtPlan& plan, Count survivors);

// The last number of connections at which that many survivors are a LEAK;
// nullopt when they are too few for one at any number.
std::optional<Count> connections_while_leak(const SprtPlan& plan,
                                            Count survivors);

}  // namespace tidemark
