#include "tests/support/peer_rules/coprime_units.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

// The published ones.
constexpr CoprimeCounts kCounts{101, 7, 13};

Count left(std::int64_t per_message, std::int64_t per_connection,
           std::int64_t per_cycle) {
  return {13 * (707 * per_message + 101 * per_connection + per_cycle)};
}

TEST(CoprimeUnits, ThePublishedCountsTellTheUnitsApart) {
  ASSERT_TRUE(is_pairwise_coprime(kCounts));
  EXPECT_EQ(unit_of_residue(kCounts, {13 * 707}),
            (ResidueFit{ResidueUnit::kMessage, 1}));
  EXPECT_EQ(unit_of_residue(kCounts, {13 * 101}),
            (ResidueFit{ResidueUnit::kConnection, 1}));
  EXPECT_EQ(unit_of_residue(kCounts, {13}),
            (ResidueFit{ResidueUnit::kCycle, 1}));
  EXPECT_EQ(unit_of_residue(kCounts, {13 * 101 + 1}), ResidueFit{});
}

TEST(CoprimeUnits, AllSmallNumbersPerUnitAreFound) {
  for (std::int64_t each = 1; each < 7; ++each) {
    EXPECT_EQ(unit_of_residue(kCounts, left(each, 0, 0)),
              (ResidueFit{ResidueUnit::kMessage, each}));
    EXPECT_EQ(unit_of_residue(kCounts, left(0, each, 0)),
              (ResidueFit{ResidueUnit::kConnection, each}));
    EXPECT_EQ(unit_of_residue(kCounts, left(0, 0, each)),
              (ResidueFit{ResidueUnit::kCycle, each}));
  }
}

TEST(CoprimeUnits, TwoUnitsTogetherAreCountedInTheSmaller) {
  EXPECT_EQ(unit_of_residue(kCounts, left(2, 3, 0)),
            (ResidueFit{ResidueUnit::kConnection, 17}));
  EXPECT_EQ(unit_of_residue(kCounts, left(0, 2, 5)),
            (ResidueFit{ResidueUnit::kCycle, 207}));
}

TEST(CoprimeUnits, OneBlockInFlightSpoilsIt) {
  for (const std::int64_t in_flight : {-3, -1, 1, 2, 3}) {
    EXPECT_EQ(unit_of_residue(kCounts, left(0, 1, 0) + Count{in_flight}).unit,
              ResidueUnit::kNone);
  }
}

TEST(CoprimeUnits, NothingAndLessArePerNothing) {
  EXPECT_EQ(unit_of_residue(kCounts, {0}), ResidueFit{});
  EXPECT_EQ(unit_of_residue(kCounts, {-13 * 707}), ResidueFit{});
  EXPECT_EQ(unit_of_ring(kCounts, {0}), ResidueFit{});
}

TEST(CoprimeUnits, WithinACycleMessagesAreTestedBeforeConnections) {
  EXPECT_EQ(unit_of_ring(kCounts, {2 * 707}),
            (ResidueFit{ResidueUnit::kMessage, 2}));
  EXPECT_EQ(unit_of_ring(kCounts, {2 * 101}),
            (ResidueFit{ResidueUnit::kConnection, 2}));
  EXPECT_EQ(unit_of_ring(kCounts, {100}), ResidueFit{});
}

TEST(CoprimeUnits, OneMessageIsNotToldFromItsConnection) {
  EXPECT_EQ(unit_of_residue({101, 1, 13}, {3 * 13 * 101}),
            (ResidueFit{ResidueUnit::kConnection, 3}));
}

TEST(CoprimeUnits, TheChanceToPassIsOneInAsManyAsTheDivisor) {
  EXPECT_DOUBLE_EQ(chance_of(kCounts, ResidueUnit::kMessage), 1.0 / 9191);
  EXPECT_DOUBLE_EQ(chance_of(kCounts, ResidueUnit::kConnection), 1.0 / 1313);
  EXPECT_DOUBLE_EQ(chance_of(kCounts, ResidueUnit::kCycle), 1.0 / 13);
  // fuite's seven iterations, the published 14.3 %.
  EXPECT_NEAR(chance_of({1, 1, 7}, ResidueUnit::kCycle), 0.143, 5e-4);
  // It is that: of all residues up to the divisor one passes.
  int passed = 0;
  for (std::int64_t residue = 1; residue <= 1313; ++residue) {
    const ResidueUnit unit = unit_of_residue(kCounts, {residue}).unit;
    if (unit == ResidueUnit::kConnection || unit == ResidueUnit::kMessage) {
      ++passed;
    }
  }
  EXPECT_EQ(passed, 1);
}

TEST(CoprimeUnits, CountsThatAreCoprimeStayAsTheyAre) {
  EXPECT_EQ(coprime_near(kCounts), kCounts);
  EXPECT_EQ(coprime_near({100, 7, 13}), (CoprimeCounts{100, 7, 13}));
  EXPECT_EQ(coprime_near({100, 1, 13}), (CoprimeCounts{100, 1, 13}));
}

TEST(CoprimeUnits, OthersAreMovedAsLittleAsCanBe) {
  EXPECT_EQ(coprime_near({100, 2, 13}), (CoprimeCounts{101, 2, 13}));
  EXPECT_EQ(coprime_near({200, 2, 12}), (CoprimeCounts{201, 2, 13}));
  EXPECT_EQ(coprime_near({7, 7, 7}), (CoprimeCounts{7, 8, 9}));
  EXPECT_EQ(coprime_near({100, 1, 1}), (CoprimeCounts{101, 1, 2}));
}

TEST(CoprimeUnits, WhateverIsWantedThereAreCoprimeCountsNearIt) {
  for (std::int64_t n = 1; n <= 60; n += 7) {
    for (std::int64_t m = 1; m <= 30; ++m) {
      for (std::int64_t c = 1; c <= 30; c += 3) {
        const CoprimeCounts found = coprime_near({n, m, c});
        ASSERT_TRUE(is_pairwise_coprime(found)) << n << " " << m << " " << c;
        ASSERT_EQ(found.messages == 1, m == 1);
        ASSERT_GE(found.cycles, 2);
      }
    }
  }
}

TEST(CoprimeUnits, NoCountIsBelowOne) {
  EXPECT_FALSE(is_pairwise_coprime({0, 1, 13}));
  EXPECT_FALSE(is_pairwise_coprime({6, 4, 13}));
  EXPECT_FALSE(is_pairwise_coprime({5, 26, 13}));
  EXPECT_FALSE(is_pairwise_coprime({26, 5, 13}));
}

}  // namespace
}  // namespace tidemark
