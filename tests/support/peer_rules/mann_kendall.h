// The Mann-Kendall test for a trend, as the literature on software ageing
// takes it for memory: S counts the pairs of readings that rise less those
// that fall; without a trend S is about normal.
//
//   Var(S) = (n (n − 1) (2n + 5) − Σ t (t − 1) (2t + 5)) / 18
//   Z      = (S ∓ 1) / √Var(S), towards nought; 0 where S is
//
// with t readings in each group of ties. One-sided: only rising is a leak.
// Source: Mann 1945, Kendall 1975; its use for leaks and its false alarms:
// Machida, Andrzejak, Matias, Vicente, doi 10.1109/ISSREW.2013.6688905.
#pragma once

#include <span>

namespace tidemark::peers {

// Z; 0 when all readings are equal, or with fewer than two.
double mann_kendall(std::span<const double> readings);

// Whether the chance of as much without a trend is below `p`.
bool rises(std::span<const double> readings, double p);

}  // namespace tidemark::peers
