// Per what does a site grow? Per connection, per close of one kind, per
// abnormal close (any but graceful), per message, per connection or message at
// one level of a factor ("message of 8.0 KiB"), per cycle. Where the counts
// are exact, whole numbers decide; elsewhere, the likeliest explanation.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/verdict/rings.h"

namespace tidemark {

struct UnitFit {
  std::string unit;               // as Finding::unit
  double per_unit = 0;            // objects
  std::vector<double> units;      // per dose
  std::vector<double> predicted;  // objects per dose
  bool every_ring = false;        // each ring is as predicted
  std::size_t agreeing = 0;       // loaded rings that are
  bool at_level = false;          // of a factor: not every cycle could have it
  // Other units that explain the rings as well: more cycles tell them apart.
  std::vector<std::string> rivals;
  // "2 per graceful close, 1 per reset close" where the ways of closing
  // differ; empty otherwise.
  std::string detail;
  // What it takes to say all that, chance aside: its numbers, and which of
  // the units that were tried it is.
  double bits = 0;
};

// A whole number of objects per unit that explains the rings; stray blocks
// in at most a quarter of them are allowed (then !every_ring). nullopt
// when there is none, when stray blocks explain them nearly as well (chance.h),
// or when there are fewer than three loaded rings to agree.
// REQUIRES: one survivor count per dose.
std::optional<UnitFit> fit_exactly(std::span<const Dose> doses,
                                   std::span<const double> survivors);

// The same for a unit and a number that are known already: chance is not asked.
std::optional<UnitFit> fit_known(std::string_view unit, double per_unit,
                                 std::span<const Dose> doses,
                                 std::span<const double> survivors);

// The unit that fits best when no whole number does; "connection" unless
// another is clearly better.
UnitFit fit_likeliest(std::span<const Dose> doses,
                      std::span<const double> survivors);

// Variance over mean of the counts around the prediction, at least 1 unless
// there are enough survivors and rings to know better: a few rings are alike
// by chance, above all where one stops as soon as they are.
double dispersion_of(const UnitFit& fit, std::span<const double> survivors);

// Messages per connection if that is one whole number in every cycle.
std::optional<int> messages_per_connection(std::span<const Dose> doses);

}  // namespace tidemark
