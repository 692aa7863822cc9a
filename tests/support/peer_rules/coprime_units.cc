#include "tests/support/peer_rules/coprime_units.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <tuple>
#include <vector>

namespace tidemark {
namespace {

// Neighbours are coprime and each count may move, so that three of them meet
// well within this.
constexpr std::int64_t kReach = 12;

double change(std::int64_t wanted, std::int64_t taken) {
  return static_cast<double>(std::abs(taken - wanted)) /
         static_cast<double>(wanted);
}

std::vector<std::int64_t> around(std::int64_t wanted, std::int64_t least) {
  std::vector<std::int64_t> all;
  for (std::int64_t i = std::max(least, wanted - kReach); i <= wanted + kReach;
       ++i) {
    all.push_back(i);
  }
  return all;
}

ResidueFit whole(ResidueUnit unit, std::int64_t residue, std::int64_t units) {
  if (residue % units != 0) return {};
  return {unit, residue / units};
}

}  // namespace

bool is_pairwise_coprime(const CoprimeCounts& counts) {
  const auto [n, m, c] = counts;
  if (n < 1 || m < 1 || c < 1) return false;
  return std::gcd(n, m) == 1 && std::gcd(n, c) == 1 && std::gcd(m, c) == 1;
}

ResidueFit unit_of_ring(const CoprimeCounts& counts, Count ring) {
  if (ring.value <= 0) return {};
  const auto [n, m, c] = counts;
  if (m > 1) {
    const ResidueFit fit = whole(ResidueUnit::kMessage, ring.value, n * m);
    if (fit.per_unit > 0) return fit;
  }
  return whole(ResidueUnit::kConnection, ring.value, n);
}

ResidueFit unit_of_residue(const CoprimeCounts& counts, Count residue) {
  const std::int64_t cycles = counts.cycles;
  if (residue.value <= 0 || residue.value % cycles != 0) return {};
  const Count ring{residue.value / cycles};
  const ResidueFit fit = unit_of_ring(counts, ring);
  if (fit.per_unit > 0) return fit;
  return {ResidueUnit::kCycle, ring.value};
}

double chance_of(const CoprimeCounts& counts, ResidueUnit unit) {
  const double n = static_cast<double>(counts.connections);
  const double m = static_cast<double>(counts.messages);
  const double c = static_cast<double>(counts.cycles);
  switch (unit) {
    case ResidueUnit::kMessage:
      return 1 / (c * n * m);
    case ResidueUnit::kConnection:
      return 1 / (c * n);
    case ResidueUnit::kCycle:
      return 1 / c;
    case ResidueUnit::kNone:
      break;
  }
  return 1;
}

CoprimeCounts coprime_near(const CoprimeCounts& wanted) {
  std::vector<std::int64_t> messages{1};
  if (wanted.messages > 1) messages = around(wanted.messages, 2);
  CoprimeCounts best;
  // The least first; larger counts are the smaller value of the rest.
  std::tuple<double, double> least{1e9, 0};
  for (const std::int64_t n : around(wanted.connections, 1)) {
    for (const std::int64_t m : messages) {
      for (const std::int64_t c : around(wanted.cycles, 2)) {
        const double changed = change(wanted.connections, n) +
                               change(wanted.messages, m) +
                               change(wanted.cycles, c);
        const std::tuple<double, double> rank{changed,
                                              -static_cast<double>(n * m * c)};
        if (rank >= least || !is_pairwise_coprime({n, m, c})) continue;
        least = rank;
        best = {n, m, c};
      }
    }
  }
  return best;
}

}  // namespace tidemark
