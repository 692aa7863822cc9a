#include "tests/support/peer_rules/psleak.h"

#include <gtest/gtest.h>

#include <vector>

namespace tidemark::peers {
namespace {

Figures grew(double heap, double uss = 0, double rss = 0) {
  return {{"heap", heap}, {"uss", uss}, {"rss", rss}, {"vms", 0}, {"mmap", 0}};
}

std::vector<Figures> heaps(const std::vector<double>& bytes) {
  std::vector<Figures> runs;
  for (const double each : bytes) runs.push_back(grew(each));
  return runs;
}

using Rule = PsleakAnswer (*)(const CallTimes&, const PsleakOptions&);

// As published: 50 calls at first, as many runs as there are figures.
PsleakAnswer ask(Rule rule, const std::vector<Figures>& runs,
                 const Figures& tolerance = {}) {
  std::size_t next = 0;
  return rule([&](int) { return runs.at(next++); },
              {50, static_cast<int>(runs.size()), tolerance});
}

void expect_fine(Rule rule, const std::vector<Figures>& runs, int after,
                 const Figures& tolerance = {}) {
  const PsleakAnswer answer = ask(rule, runs, tolerance);
  EXPECT_FALSE(answer.leaks) << runs[0].at("heap");
  EXPECT_EQ(static_cast<int>(answer.calls.size()), after) << runs[0].at("heap");
}

void expect_leak(Rule rule, const std::vector<Figures>& runs,
                 const Figures& tolerance = {}) {
  const PsleakAnswer answer = ask(rule, runs, tolerance);
  EXPECT_TRUE(answer.leaks) << runs[0].at("heap");
  EXPECT_EQ(answer.calls.size(), runs.size());
  EXPECT_FALSE(answer.told);
}

TEST(Psleak1, GrowthThatGoesOnGrowingIsALeak) {
  expect_leak(psleak_1, heaps({1024, 2048}));
  expect_leak(psleak_1, {grew(1024, 8192), grew(1024, 8192, 4096)});
}

TEST(Psleak1, OneRunWithoutMoreIsEnough) {
  expect_fine(psleak_1, heaps({2048, 1024}), 2);
  expect_fine(psleak_1, std::vector<Figures>(3, grew(1024, 8192)), 2);
  expect_fine(psleak_1, {grew(1024, 20480), grew(1024, 8192), grew(1024, 4096)},
              2);
  expect_fine(psleak_1, {grew(1024, 8192, 4096), grew(1024, 8192)}, 2);
}

TEST(Psleak1, EachRunHasHalfOfTheFirstMore) {
  const PsleakAnswer answer = ask(psleak_1, heaps({1, 2, 3, 4, 5}));
  EXPECT_EQ(answer.calls, (std::vector<int>{50, 75, 100, 125, 150}));
}

TEST(Psleak2, WhatWasFineIsSoAfterItsLastRunTwice) {
  expect_fine(psleak_2, heaps({2048, 1024, 1024}), 3);
  expect_fine(psleak_2, std::vector<Figures>(3, grew(1024, 8192)), 3);
  expect_fine(psleak_2, {grew(1024, 20480), grew(1024, 8192), grew(1024, 4096)},
              3);
  expect_fine(psleak_2,
              {grew(1024, 8192, 4096), grew(1024, 8192), grew(1024, 8192)}, 3);
  EXPECT_TRUE(ask(psleak_2, heaps({2048, 1024, 1024})).told);
}

TEST(Psleak2, NoiseThatFadesIsFine) {
  expect_fine(psleak_2, heaps({176, 1840, 176, 1840, 176}), 4);
  expect_fine(psleak_2, heaps({416, 380, 450}), 2);
  expect_fine(psleak_2, heaps({5000, 5625, 6328}), 3);
}

TEST(Psleak2, TheMarginsAreIncluded) {
  expect_fine(psleak_2, heaps({800, 1200}), 2);         // 16 B a call
  expect_fine(psleak_2, heaps({5000, 6000, 7168}), 3);  // a fifth less
  expect_leak(psleak_2, heaps({850, 1275, 1904}));      // 17 B a call
}

TEST(Psleak2, WithoutGrowthItIsFineAtOnceAndSilent) {
  expect_fine(psleak_2, {{{"heap", -100}, {"uss", -100}, {"mmap", -100}}}, 1);
  EXPECT_FALSE(ask(psleak_2, heaps({-100})).told);
  expect_fine(psleak_2, heaps({1024, 0}), 2);
  EXPECT_FALSE(ask(psleak_2, heaps({1024, 0})).told);
}

TEST(Psleak2, ASteadyRateIsALeakHoweverItBegan) {
  expect_leak(psleak_2, heaps({4400, 3600, 5400, 8100}));
  expect_leak(psleak_2, heaps({2400, 3600, 5400}));
  expect_leak(psleak_2, heaps({400, 3000, 3360, 6720, 7560}));
  expect_leak(psleak_2, heaps({1024, 2048}));
  expect_leak(psleak_2, {grew(1024, 8192), grew(1024, 8192, 4096)});
  expect_leak(psleak_2, heaps({400}));  // one run cannot fade twice
}

TEST(Psleak2, EachRunHasHalfAsManyCallsMoreAsTheOneBefore) {
  const PsleakAnswer answer =
      ask(psleak_2, heaps({4800, 7200, 10752, 16128, 24192}));
  EXPECT_TRUE(answer.leaks);
  EXPECT_EQ(answer.calls, (std::vector<int>{50, 75, 112, 168, 252}));
}

TEST(Psleak2, AFigureIsExcusedByItsOwnToleranceOnly) {
  const std::vector<Figures> small(2, grew(400, 8192));
  expect_fine(psleak_2, small, 2, {{"uss", 8192}});
  expect_leak(psleak_2, small);
  expect_leak(psleak_2, {grew(2400, 8192), grew(3600, 8192)}, {{"uss", 8192}});
}

}  // namespace
}  // namespace tidemark::peers
