#include "tests/support/peer_rules/leak_analyzer.h"

#include <gtest/gtest.h>

#include <functional>

namespace tidemark::peers {
namespace {

using Key = LeakAnalyzer::Key;
using Keys = std::vector<Key>;
using Sample = std::vector<std::pair<Key, int>>;

constexpr std::size_t kRanking = 10;
constexpr int kThreshold = 5;

// The leaks after each of so many samples; the sample's number is given.
std::vector<Keys> analyze(int samples, const std::function<Sample(int)>& sample,
                          std::size_t ranking = kRanking,
                          int threshold = kThreshold) {
  LeakAnalyzer analyzer(ranking, threshold);
  std::vector<Keys> after;
  for (int i = 0; i < samples; ++i) {
    analyzer.add(sample(i));
    after.push_back(analyzer.leaks());
  }
  return after;
}

void expect_none(const std::function<Sample(int)>& sample) {
  for (const Keys& leaks : analyze(25, sample)) EXPECT_EQ(leaks, Keys{});
}

// Nothing before sample `first`, those keys from there on.
void expect_from(int first, const Keys& keys, const std::vector<Keys>& after) {
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i], i < static_cast<std::size_t>(first) ? Keys{} : keys)
        << "after sample " << i;
  }
}

TEST(LeakAnalyzer, WithoutASampleThereIsNoLeak) {
  EXPECT_EQ(LeakAnalyzer(kRanking, kThreshold).leaks(), Keys{});
}

TEST(LeakAnalyzer, WhatStaysAsItIsIsNone) {
  expect_none([](int) { return Sample{{24, 10}}; });
  expect_none([](int) {
    return Sample{{24, 30}, {32, 10}, {56, 90}, {64, 40}};
  });
}

TEST(LeakAnalyzer, WhatGrowsAlikeIsNone) {
  expect_none([](int i) {
    return Sample{{24, 30 + i * 10},
                  {32, 10 + i * 10},
                  {56, 90 + i * 10},
                  {64, 40 + i * 10}};
  });
  expect_none([](int i) {
    return Sample{{24, 30 + i * 10},
                  {32, 10 + i * 10},
                  {56, 90 + i * 10},
                  {64, 40 + i * 10},
                  {80, 20 + i * 10}};
  });
}

TEST(LeakAnalyzer, OneThatGrowsIsToldFromTheSixthSampleOn) {
  expect_from(kThreshold, {24}, analyze(15, [](int i) {
                return Sample{{32, 10}, {56, 90}, {24, 30 + i * 10}, {64, 40}};
              }));
}

TEST(LeakAnalyzer, OthersMayGrowALittle) {
  expect_from(kThreshold, {24}, analyze(15, [](int i) {
                return Sample{{24, 30 + i * 10},
                              {32, 10 + i * 2},
                              {56, 90 + i},
                              {64, 40 + i / 2}};
              }));
}

TEST(LeakAnalyzer, SeveralAreToldInTheOrderOfTheirSizes) {
  expect_from(kThreshold, {32, 56, 64}, analyze(15, [](int i) {
                return Sample{{24, 30 + i * 5},
                              {32, 10 + i * 40},
                              {56, 90 + i * 30},
                              {64, 40 + i * 20},
                              {80, 20 + i * 3}};
              }));
  expect_from(kThreshold, {32, 56, 64}, analyze(6, [](int i) {
                return Sample{{24, 30 + i * 5},
                              {32, 10 + i * 20},
                              {56, 90 + i * 40},
                              {64, 40 + i * 30},
                              {80, 20 + i * 3}};
              }));
}

TEST(LeakAnalyzer, WithoutAGapOfMoreThanTwoThereIsNone) {
  expect_none([](int i) {
    return Sample{{24, 30 + i * 80},
                  {32, 10 + i * 45},
                  {56, 90 + i * 25},
                  {64, 40 + i * 15},
                  {80, 20 + i * 10}};
  });
  // Twice as much is not more than twice.
  expect_none([](int i) {
    return Sample{{24, 30 + i * 20}, {32, 10 + i * 10}, {56, 90 + i * 5}};
  });
}

TEST(LeakAnalyzer, ARiseHasToLastAsLongAsTheThreshold) {
  // Rises for four, five and six samples, and falls back in between.
  const auto rise = [](int i) {
    const int step = i < 4 ? i : i < 9 ? i - 4 : i - 9;
    return Sample{{24, 30 + step * 10}, {32, 10}, {56, 90}, {64, 40}, {80, 20}};
  };
  expect_from(14, {24}, analyze(15, rise));
}

TEST(LeakAnalyzer, OfSeveralGapsTheFirstCounts) {
  const auto three_groups = [](int i) {
    return Sample{{24, 30 + i * 10},  {32, 10 + i * 3},   {80, 20 + i * 5},
                  {40, 30 + i * 7},   {56, 90},           {64, 40},
                  {128, 100},         {44, 100 + i * 10}, {16, 60 + i * 50},
                  {4, 20 + i * 40},   {8, 100 + i * 60},  {48, 100},
                  {72, 60 + i * 240}, {28, 100},          {100, 100 + i * 200},
                  {104, 60 + i * 128}};
  };
  expect_from(kThreshold, {72, 100, 104}, analyze(6, three_groups, 20));
}

TEST(LeakAnalyzer, AThresholdOfFiftyTakesFiftySamples) {
  const auto sample = [](int i) {
    return Sample{{24, 30 + i * 5}, {32, 10 + i * 40},  {56, 90 + i * 30},
                  {40, 30 + i * 7}, {64, 40 + i * 25},  {80, 20 + i * 3},
                  {128, 100},       {44, 100 + i * 10}, {16, 60 + i * 50}};
  };
  expect_from(50, {16, 32, 56, 64}, analyze(61, sample, kRanking, 50));
}

TEST(LeakAnalyzer, OnlyTheRankedAreLookedAt) {
  // 8 grows, but there are always ten sizes with more objects.
  const auto crowded = [](int i) {
    Sample sample{{8, 10 + i}};
    for (Key key = 100; key < 110; ++key) sample.emplace_back(key, 1000);
    return sample;
  };
  expect_none(crowded);
  expect_from(kThreshold, {8}, analyze(15, crowded, 11));
}

}  // namespace
}  // namespace tidemark::peers
