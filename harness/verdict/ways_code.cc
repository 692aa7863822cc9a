#include "harness/verdict/ways_code.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace tidemark {
namespace {

// More would no longer be the load that was asked for.
constexpr double kMostOfShare = 4;

std::vector<std::size_t> masks_for(std::size_t ways) {
  const std::size_t end = std::bit_ceil(ways + 1);
  std::vector<std::size_t> masks;
  for (std::size_t mask = 1; mask < end; ++mask) masks.push_back(mask);
  std::stable_sort(masks.begin(), masks.end(),
                   [](std::size_t a, std::size_t b) {
                     return std::popcount(a) < std::popcount(b);
                   });
  return masks;
}

std::vector<bool> ways_on(std::size_t ways, std::size_t turn) {
  const std::vector<std::size_t> masks = masks_for(ways);
  const std::size_t mask = masks[turn % masks.size()];
  const bool inverted = turn / masks.size() % 2 == 1;
  std::vector<bool> on;
  for (std::size_t way = 1; way <= ways; ++way)
    on.push_back((std::popcount(way & mask) % 2 == 1) != inverted);
  return on;
}

// Taken from the commonest.
void give_one(WayCounts& counts, const std::string& way) {
  if (counts[way].value > 0) return;
  const auto from = std::max_element(
      counts.begin(), counts.end(),
      [](const auto& a, const auto& b) { return a.second < b.second; });
  if (from->second.value <= 1) return;  // fewer connections than ways
  from->second.value -= 1;
  counts[way].value += 1;
}

}  // namespace

WayCounts proportional(const WayShares& shares, Count connections) {
  const double all = static_cast<double>(connections.value);
  WayCounts counts;
  std::vector<std::pair<double, std::string>> missing;
  std::int64_t given = 0;
  for (const auto& [way, share] : shares) {
    counts[way].value = static_cast<std::int64_t>(share * all);
    given += counts[way].value;
    missing.emplace_back(share * all - static_cast<double>(counts[way].value),
                         way);
  }
  std::stable_sort(
      missing.begin(), missing.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; given < connections.value; ++given, ++i)
    counts[missing[i % missing.size()].second].value += 1;
  return counts;
}

WayCounts coded_mix(const WayShares& shares, Count connections,
                    std::size_t turn) {
  const std::vector<bool> on = ways_on(shares.size(), turn);
  double sum = 0;
  std::size_t i = 0;
  for (const auto& [way, share] : shares)
    if (on[i++]) sum += share;
  if (sum <= 0 || sum >= 1) return proportional(shares, connections);
  const double factor = std::min(kMostOfShare, 1 / sum);
  const double others = std::max(0.0, 1 - factor * sum) / (1 - sum);
  WayShares coded;
  i = 0;
  for (const auto& [way, share] : shares)
    coded[way] = share * (on[i++] ? factor : others);
  WayCounts counts = proportional(coded, connections);
  i = 0;
  for (const auto& [way, share] : shares)
    if (on[i++]) give_one(counts, way);
  return counts;
}

std::vector<WayCounts> waves_of(const WayCounts& counts, Count at_once) {
  Count left;
  for (const auto& [way, count] : counts) left += count;
  WayCounts rest = counts;
  std::vector<WayCounts> waves;
  while (left.value > 0) {
    const Count size = std::min(left, std::max(at_once, Count{1}));
    WayShares shares;
    for (const auto& [way, count] : rest)
      if (count.value > 0)
        shares[way] =
            static_cast<double>(count.value) / static_cast<double>(left.value);
    waves.push_back(proportional(shares, size));
    for (const auto& [way, count] : waves.back()) rest[way] -= count;
    left -= size;
  }
  return waves;
}

std::size_t turns_to_differ(std::size_t ways) {
  return static_cast<std::size_t>(std::bit_width(ways));
}

}  // namespace tidemark
