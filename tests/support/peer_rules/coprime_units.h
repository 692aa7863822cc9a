// What a residue is per, from one number: where connections, messages per
// connection and cycles are pairwise coprime, whole objects per message, per
// connection or per cycle leave residues with different divisors.
//
//   all cycles together, n connections, m messages each, c cycles:
//     divisible by c·n·m   per message
//     else by c·n          per connection
//     else by c            per cycle
//     else                 none of them
//
// Exact or nothing: one block in flight spoils it, and by chance a residue
// passes once in as many times as the divisor is large. So it names the unit
// of a growth that is known, and proves none.
#pragma once

#include <cstdint>

#include "tidemark/units.h"

namespace tidemark {

struct CoprimeCounts {
  std::int64_t connections = 0;  // of a cycle
  std::int64_t messages = 0;     // of a connection
  std::int64_t cycles = 0;

  bool operator==(const CoprimeCounts&) const = default;
};

enum class ResidueUnit { kNone, kMessage, kConnection, kCycle };

struct ResidueFit {
  ResidueUnit unit = ResidueUnit::kNone;
  std::int64_t per_unit = 0;  // objects

  bool operator==(const ResidueFit&) const = default;
};

// Of each two, no divisor but 1. Counts below 1 are not.
bool is_pairwise_coprime(const CoprimeCounts& counts);

// `residue`: what all cycles together left. With one message per connection
// the two cannot be told apart; it is called the connection then. Nothing, or
// less, is per nothing.
// REQUIRES, as the next: is_pairwise_coprime(counts).
ResidueFit unit_of_residue(const CoprimeCounts& counts, Count residue);

// The same of what one cycle left; never kCycle, which any number is.
ResidueFit unit_of_ring(const CoprimeCounts& counts, Count ring);

// How likely a residue that has nothing to do with the unit is called so by
// unit_of_residue(), or by a finer one; 1 for kNone.
double chance_of(const CoprimeCounts& counts, ResidueUnit unit);

// Pairwise coprime counts with the least change to the wanted ones, each
// change taken as a share of what was wanted; of equals the larger counts.
// One message stays one, cycles are at least two.
// REQUIRES: wanted counts of at least 1.
CoprimeCounts coprime_near(const CoprimeCounts& wanted);

}  // namespace tidemark
