// Per what does a site grow? Per connection, per close of one kind, per
// abnormal close (reset or fin), per message, per cycle. Where the counts
// are exact, whole numbers decide; elsewhere, the likeliest explanation.
#pragma once

#include <optional>
#include <span>
#include <string>
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
  // "2 per graceful close, 1 per reset close" where the ways of closing
  // differ; empty otherwise.
  std::string detail;
};

// A whole number of objects per unit that explains the rings; stray blocks
// in at most a quarter of them are allowed (then !every_ring). nullopt
// when there is none, or fewer than two loaded rings to agree.
// REQUIRES: one survivor count per dose.
std::optional<UnitFit> fit_exactly(std::span<const Dose> doses,
                                   std::span<const double> survivors);

// The unit that fits best when no whole number does; "connection" unless
// another is clearly better.
UnitFit fit_likeliest(std::span<const Dose> doses,
                      std::span<const double> survivors);

// Variance over mean of the counts around the prediction, at least 1 unless
// there are enough survivors to know better.
double dispersion_of(const UnitFit& fit, std::span<const double> survivors);

// With m messages per connection, a multiple of m objects per connection is
// m-fold unlikely unless they are per message: the fit is made to say so. Two
// are too few to tell.
void name_messages(std::span<const Dose> doses, UnitFit& fit);

// Messages per connection if that is one whole number in every cycle.
std::optional<int> messages_per_connection(std::span<const Dose> doses);

}  // namespace tidemark
