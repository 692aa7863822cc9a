// Chromium's leak analyzer: of the keys with the most live objects (sizes, or
// stacks of one size) those are suspected that grew much more than the rest.
// Growth since the last sample, largest first, is read down to the first that
// is more than twice the next: what is above gets a point, all others lose
// theirs. As many points in a row as the threshold are a leak. Where all keys
// grow alike, nothing is one.
// Source: Chromium 67 and before, components/metrics/leak_detector/
// {leak_analyzer,ranked_list}.cc (AnalyzeDeltas, RankedList::Add).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace tidemark::peers {

class LeakAnalyzer {
 public:
  using Key = std::uint64_t;

  LeakAnalyzer(std::size_t ranking, int threshold)
      : ranking_(ranking), threshold_(threshold) {}

  // Live objects by key; the ranking keeps as many as it is long, of equals
  // those that come first.
  void add(const std::vector<std::pair<Key, int>>& sample);

  // In the order of the keys.
  std::vector<Key> leaks() const;

 private:
  using Ranked = std::vector<std::pair<Key, int>>;  // most first

  Ranked ranked(const Ranked& entries) const;
  // How many entries are above the first drop; 0 without one.
  static std::size_t above_drop(const Ranked& growth);

  std::size_t ranking_;
  int threshold_;
  std::map<Key, int> last_;
  std::map<Key, int> points_;
};

}  // namespace tidemark::peers
