#include "harness/verdict/warmup.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <unordered_map>

namespace tidemark {
namespace {

// Blocks that come and go between snapshots without meaning anything.
constexpr double kStray = 3;
constexpr double kStrayShare = 0.01;  // of what the site holds
constexpr double kSameShare = 0.1;    // of the growth itself
constexpr std::uint32_t kExtraCyclesIfGrowing = 2;
constexpr std::uint32_t kRecentCycles = 4;

using Levels = std::unordered_map<SiteId, std::int64_t>;

Levels levels_of(const std::vector<Ring>& snapshot) {
  Levels levels;
  for (const Ring& ring : snapshot) levels[ring.site] += ring.objects.value;
  return levels;
}

double level_in(const Levels& levels, SiteId site) {
  const auto found = levels.find(site);
  return found == levels.end() ? 0 : static_cast<double>(found->second);
}

enum class Pace { kMoving, kSteady, kQuiet };

// What one site did over three snapshots.
Pace pace_of(double before, double between, double now) {
  const double earlier = between - before;
  const double later = now - between;
  const double stray = std::max(kStray, kStrayShare * now);
  if (std::abs(later) <= stray && std::abs(earlier) <= stray) {
    return Pace::kQuiet;
  }
  const double same = std::max(kStray, kSameShare * std::abs(later));
  return std::abs(later - earlier) <= same ? Pace::kSteady : Pace::kMoving;
}

}  // namespace

bool warmup_done(std::span<const std::vector<Ring>> snapshots,
                 const CycleSpec& spec) {
  const std::size_t n = snapshots.size();
  if (n >= spec.warmup_max) return true;
  if (n < spec.warmup_min || n < 3) return false;
  const Levels before = levels_of(snapshots[n - 3]);
  const Levels between = levels_of(snapshots[n - 2]);
  const Levels now = levels_of(snapshots[n - 1]);
  Levels sites = before;
  sites.insert(between.begin(), between.end());
  sites.insert(now.begin(), now.end());
  bool growing = false;
  for (const auto& [site, _] : sites) {
    const Pace pace = pace_of(level_in(before, site), level_in(between, site),
                              level_in(now, site));
    if (pace == Pace::kMoving) return false;
    growing = growing || pace == Pace::kSteady;
  }
  return !growing || n >= spec.warmup_min + kExtraCyclesIfGrowing;
}

std::vector<SiteId> suspects(const std::vector<Ring>& snapshot,
                             CycleIndex now) {
  struct Held {
    std::int64_t bytes = 0;
    int recent_rings = 0;
  };
  const std::uint32_t oldest =
      now.value > kRecentCycles ? now.value - kRecentCycles + 1 : 1;
  std::map<SiteId, Held> held;
  for (const Ring& ring : snapshot) {
    if (ring.born.value == 0 || ring.objects.value <= 0) continue;
    Held& entry = held[ring.site];
    entry.bytes += ring.bytes.value;
    if (ring.born.value >= oldest) ++entry.recent_rings;
  }
  // After the first cycle there is only one ring to go by.
  const int wanted = now.value > 1 ? 2 : 1;
  std::vector<SiteId> sites;
  for (const auto& [site, entry] : held) {
    if (entry.recent_rings >= wanted) sites.push_back(site);
  }
  std::stable_sort(sites.begin(), sites.end(), [&](SiteId a, SiteId b) {
    return held[a].bytes > held[b].bytes;
  });
  if (sites.size() > kMaxSuspects) sites.resize(kMaxSuspects);
  return sites;
}

}  // namespace tidemark
