// The crossover regression: tells growth with connections from growth with
// time, given phases in which the one stops and the other goes on.
//
//   level = a + beta · connections + gamma · time
//
// Both are running totals, so that a residue is a slope; idle phases are
// what keeps the two from being the same line.
#pragma once

#include <optional>
#include <span>

namespace tidemark {

struct LevelReading {
  double level = 0;        // live objects of a site
  double connections = 0;  // opened so far
  double time = 0;         // seconds or cycles so far
};

struct CrossoverFit {
  double beta = 0;   // objects per connection
  double gamma = 0;  // objects per unit of time
  double se_beta = 0;
  double se_gamma = 0;

  double t_beta() const { return beta / se_beta; }
  double t_gamma() const { return gamma / se_gamma; }
};

// nullopt with fewer than four readings, or when connections and time cannot
// be told apart (no idle or no loaded cycle among the readings).
std::optional<CrossoverFit> fit_crossover(
    std::span<const LevelReading> readings);

}  // namespace tidemark
