#include "tests/support/peer_rules/leak_analyzer.h"

#include <algorithm>

namespace tidemark::peers {

LeakAnalyzer::Ranked LeakAnalyzer::ranked(const Ranked& entries) const {
  Ranked all = entries;
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.second > b.second;
  });
  if (all.size() > ranking_) all.resize(ranking_);
  return all;
}

std::size_t LeakAnalyzer::above_drop(const Ranked& growth) {
  if (growth.empty() || growth.front().second <= 0) return 0;
  for (std::size_t i = 1; i < growth.size(); ++i) {
    if (growth[i - 1].second > 2 * growth[i].second) return i;
  }
  return 0;
}

void LeakAnalyzer::add(const std::vector<std::pair<Key, int>>& sample) {
  Ranked growth;
  std::map<Key, int> kept;
  for (const auto& [key, count] : ranked(sample)) {
    kept[key] = count;
    const auto before = last_.find(key);
    if (before != last_.end()) growth.emplace_back(key, count - before->second);
  }
  last_ = std::move(kept);
  growth = ranked(growth);
  growth.resize(above_drop(growth));
  std::map<Key, int> points;
  for (const auto& [key, _] : growth) points[key] = points_[key] + 1;
  points_ = std::move(points);
}

std::vector<LeakAnalyzer::Key> LeakAnalyzer::leaks() const {
  std::vector<Key> keys;
  for (const auto& [key, points] : points_) {
    if (points >= threshold_) keys.push_back(key);
  }
  return keys;
}

}  // namespace tidemark::peers
