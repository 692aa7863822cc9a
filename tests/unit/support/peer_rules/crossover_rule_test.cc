#include "tests/support/peer_rules/crossover_rule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace tidemark::peers {
namespace {

// What it says of a level that is a function of the connections and cycles of
// a block, as the published examples are.
PeerAnswer judged(
    const std::function<double(double connections, double cycle)>& level) {
  int reading = 0;
  double connections = 0;
  const auto play = [&](int opened) {
    // Block one has 24 cycles, and a reading before them.
    constexpr int kBlockOne = 2 * kCrossoverPhase + 1;
    if (reading == kBlockOne) connections = 0;
    connections += opened;
    const int cycle = reading < kBlockOne ? reading : reading - kBlockOne;
    ++reading;
    return level(connections, cycle);
  };
  return crossover_rule({play, 200});
}

double odd(double cycle) { return static_cast<int>(cycle) % 2; }

TEST(CrossoverRule, OnePercentPerConnectionIsALeak) {
  EXPECT_EQ(judged([](double c, double k) { return 100 + c / 100 + odd(k); }),
            PeerAnswer::kLeak);
}

TEST(CrossoverRule, OnePerCycleIsTime) {
  EXPECT_EQ(judged([](double, double k) { return 100 + k + odd(k); }),
            PeerAnswer::kTime);
}

TEST(CrossoverRule, BothAtOnceAreALeakFirst) {
  EXPECT_EQ(judged([](double c, double k) { return 100 + 2 * c + 3 * k; }),
            PeerAnswer::kLeak);
}

TEST(CrossoverRule, WhatStopsOrShrinksIsBounded) {
  EXPECT_EQ(judged([](double c, double) { return 100 + std::min(c, 900.0); }),
            PeerAnswer::kBounded);
  // In block two it leaves a third of what it left in block one.
  int readings = 0;
  EXPECT_EQ(judged([&](double c, double k) {
              return odd(k) + (++readings > 25 ? c / 3 : c);
            }),
            PeerAnswer::kBounded);
  EXPECT_EQ(judged([](double, double k) { return 100 + odd(k); }),
            PeerAnswer::kClean);
}

}  // namespace
}  // namespace tidemark::peers
