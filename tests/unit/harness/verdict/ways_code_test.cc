#include "harness/verdict/ways_code.h"

#include <gtest/gtest.h>

#include <set>

namespace tidemark {
namespace {

WayShares equal_shares(std::size_t ways) {
  WayShares shares;
  for (std::size_t i = 0; i < ways; ++i)
    shares[std::to_string(1000 + i)] = 1.0 / static_cast<double>(ways);
  return shares;
}

std::int64_t sum_of(const WayCounts& counts) {
  std::int64_t sum = 0;
  for (const auto& [way, count] : counts) sum += count.value;
  return sum;
}

TEST(WaysCode, FewTurnsGiveEveryWayAHistoryOfItsOwn) {
  for (const std::size_t ways : {1u, 2u, 3u, 7u, 20u, 63u}) {
    std::map<std::string, std::vector<std::int64_t>> histories;
    for (std::size_t turn = 0; turn < turns_to_differ(ways); ++turn)
      for (const auto& [way, count] :
           coded_mix(equal_shares(ways), Count{1000}, turn))
        histories[way].push_back(count.value > 0);
    std::set<std::vector<std::int64_t>> different;
    for (const auto& [way, history] : histories) different.insert(history);
    EXPECT_EQ(different.size(), ways);
  }
}

TEST(WaysCode, TheConnectionsAddUpAndWhatIsOnComes) {
  for (const std::int64_t connections : {1, 5, 99, 200}) {
    for (std::size_t turn = 0; turn < 20; ++turn) {
      const WayShares shares{{"a", 0.97}, {"b", 0.02}, {"c", 0.01}};
      const WayCounts mix = coded_mix(shares, Count{connections}, turn);
      EXPECT_EQ(sum_of(mix), connections);
    }
  }
}

TEST(WaysCode, ARareWayIsOnceAbsentAndOnceFourTimesItsShare) {
  const WayShares shares{{"graceful", 0.95}, {"reset", 0.05}};
  std::set<std::int64_t> resets;
  for (std::size_t turn = 0; turn < 6; ++turn)
    resets.insert(coded_mix(shares, Count{200}, turn)["reset"].value);
  EXPECT_EQ(resets, (std::set<std::int64_t>{0, 10, 40}));
}

TEST(WaysCode, WavesAreTheSameConnectionsInTheSameMix) {
  const WayCounts counts{{"a", {100}}, {"b", {51}}, {"c", {3}}};
  WayCounts sum;
  for (const WayCounts& wave : waves_of(counts, Count{50})) {
    EXPECT_LE(sum_of(wave), 50);
    for (const auto& [way, count] : wave) sum[way] += count;
    if (sum_of(wave) == 50 && wave.contains("a")) {
      EXPECT_NEAR(static_cast<double>(wave.at("a").value), 32.5, 1.5);
    }
  }
  EXPECT_EQ(sum, counts);
  EXPECT_TRUE(waves_of({}, Count{50}).empty());
}

}  // namespace
}  // namespace tidemark
