#include "harness/verdict/successions.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace tidemark {
namespace {

constexpr std::int64_t kSmallest = 64;  // bytes; below that lies everything

// The snapshots in which a site has several blocks, whenever they were born.
std::set<CycleIndex> crowds(const SiteEvidence& site) {
  std::map<CycleIndex, std::int64_t> blocks;
  for (const RingReading& reading : site.readings)
    blocks[reading.after] += reading.objects.value;
  std::set<CycleIndex> crowds;
  for (const auto& [after, count] : blocks)
    if (count > 1) crowds.insert(after);
  return crowds;
}

// The blocks of one caller. Those that never were alone in their cycle are no
// container; they may have its size all the same. Where only a level is known,
// which of several blocks came or went is not: sync.Pool has one more or less.
std::vector<LoneBlock> lone_blocks(
    const std::vector<const SiteEvidence*>& sites) {
  std::map<std::pair<std::int64_t, CycleIndex>, LoneBlock> blocks;
  std::set<std::pair<std::int64_t, CycleIndex>> several;
  for (const SiteEvidence* site : sites) {
    const std::set<CycleIndex> unclear =
        site->by_level ? crowds(*site) : std::set<CycleIndex>{};
    for (const RingReading& reading : site->readings) {
      if (reading.objects.value < 1) continue;
      const std::pair key{site->size.value, reading.born};
      if (reading.objects.value > 1 || unclear.contains(reading.after))
        several.insert(key);
      const auto [at, is_new] = blocks.try_emplace(
          key,
          LoneBlock{site->site, site->size.value, reading.born, reading.after,
                    reading.after, site->stack, site->prefixes});
      LoneBlock& block = at->second;
      // Two stacks that each have one are several.
      if (!is_new && block.site != site->site) several.insert(key);
      block.first_seen = std::min(block.first_seen, reading.after);
      block.last_seen = std::max(block.last_seen, reading.after);
    }
  }
  std::vector<LoneBlock> alone;
  for (auto& [key, block] : blocks)
    if (!several.contains(key)) alone.push_back(std::move(block));
  return alone;
}

// How much of their stacks is the same; 0: other places, as far as is known.
std::size_t likeness(const LoneBlock& a, const LoneBlock& b) {
  if (a.stack == 0 || b.stack == 0) return 1;
  const std::size_t longest = std::min(a.prefixes.size(), b.prefixes.size());
  if (a.stack == b.stack) return longest + 2;
  for (std::size_t i = 0; i < longest; ++i)
    if (a.prefixes[i] == b.prefixes[i]) return longest - i + 1;
  return 0;
}

class Follower {
 public:
  Follower(std::vector<LoneBlock> blocks, CycleIndex baseline, CycleIndex last)
      : blocks_(std::move(blocks)), baseline_(baseline), last_(last) {}

  std::vector<Succession> follow() {
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (blocks_[i].first_seen > baseline_)
        born_[blocks_[i].first_seen].push_back(i);
      else if (blocks_[i].last_seen < last_)
        chains_.push_back({i});
    }
    // The largest chooses first: its successor is too large for the others.
    for (auto& [cycle, born] : born_) {
      std::sort(chains_.begin(), chains_.end(),
                [&](const Chain& a, const Chain& b) {
                  return blocks_[a.back()].size > blocks_[b.back()].size;
                });
      for (Chain& chain : chains_) extend(chain, cycle, born);
    }
    std::erase_if(chains_, [&](const Chain& chain) {
      return chain.size() < 2 || blocks_[chain.back()].last_seen < last_;
    });
    return told();
  }

 private:
  using Chain = std::vector<std::size_t>;  // in blocks_

  void extend(Chain& chain, CycleIndex cycle, std::vector<std::size_t>& born) {
    const LoneBlock& tail = blocks_[chain.back()];
    if (tail.last_seen.value + 1 != cycle.value) return;
    // Of the same place; what stays rather than what is in flight.
    const auto worth = [&](std::size_t i) {
      const LoneBlock& block = blocks_[i];
      return std::tuple{likeness(tail, block), block.last_seen, -block.size};
    };
    auto best = born.end();
    for (auto at = born.begin(); at != born.end(); ++at) {
      if (blocks_[*at].size <= tail.size || likeness(tail, blocks_[*at]) == 0)
        continue;
      if (best == born.end() || worth(*at) > worth(*best)) best = at;
    }
    if (best == born.end()) return;
    chain.push_back(*best);
    born.erase(best);
  }

  // Blocks that come and go beside it, and might as well have been taken.
  std::size_t strangers(const Chain& chain,
                        const std::set<std::size_t>& members) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const LoneBlock& block = blocks_[i];
      if (block.first_seen > baseline_ && !members.contains(i) &&
          block.size > blocks_[chain.front()].size &&
          likeness(block, blocks_[chain.back()]) > 0)
        ++count;
    }
    return count;
  }

  std::vector<Succession> told() const {
    std::set<std::size_t> members;
    for (const Chain& chain : chains_)
      members.insert(chain.begin(), chain.end());
    std::vector<Succession> told;
    for (const Chain& chain : chains_) {
      if (2 * strangers(chain, members) > chain.size() - 1) continue;
      Succession& succession = told.emplace_back();
      for (const std::size_t i : chain) succession.push_back(blocks_[i]);
    }
    return told;
  }

  std::vector<LoneBlock> blocks_;
  CycleIndex baseline_;
  CycleIndex last_;
  std::map<CycleIndex, std::vector<std::size_t>> born_;  // by first snapshot
  std::vector<Chain> chains_;
};

}  // namespace

std::vector<Succession> successions(const Evidence& evidence) {
  std::vector<Succession> all;
  if (evidence.cycles.empty()) return all;
  std::map<SiteId, std::vector<const SiteEvidence*>> callers;
  for (const SiteEvidence& site : evidence.sites)
    if (site.size.value >= kSmallest) callers[site.group].push_back(&site);
  for (const auto& [_, sites] : callers) {
    Follower follower(lone_blocks(sites), evidence.baseline,
                      evidence.cycles.back().index);
    for (Succession& succession : follower.follow())
      all.push_back(std::move(succession));
  }
  return all;
}

}  // namespace tidemark
