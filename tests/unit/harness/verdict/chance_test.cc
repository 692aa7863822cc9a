#include "harness/verdict/chance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tidemark {
namespace {

double bits(const std::vector<double>& rings) { return bits_of_rings(rings); }

TEST(Chance, NothingAtAllIsNoEvidence) {
  EXPECT_EQ(bits({}), 0);
  EXPECT_EQ(bits({0, 0, 0}), 0);
}

TEST(Chance, SingleBlocksAreAsManyBitsAsThereAreOrders) {
  EXPECT_NEAR(bits({1, 0, 1, 0}), std::log2(6), 1e-9);
  EXPECT_NEAR(bits({1, 1, 1, 1}), 0, 1e-9);
  EXPECT_NEAR(bits({1, 2, 0}), std::log2(6), 1e-9);
}

TEST(Chance, ClumpsAreOnlyAsGoodAsTheirSize) {
  EXPECT_NEAR(bits({4, 0, 4, 0}), std::log2(6) + bits_of_number(4), 1e-9);
  EXPECT_GT(bits({50, 0, 50, 0}), 13);
}

TEST(Chance, AmountsOfTheirOwnAreEvidenceInPlenty) {
  EXPECT_GT(bits({37, 91, 12, 55}), 20);
}

TEST(Chance, NumbersAreSaidInBits) {
  EXPECT_EQ(bits_of_number(0), 0);
  EXPECT_EQ(bits_of_number(1), 0);
  EXPECT_EQ(bits_of_number(2), 3);
  EXPECT_GT(bits_of_number(100), bits_of_number(99));
}

TEST(Chance, SmallNumbersAreEasilyTheSame) {
  EXPECT_NEAR(bits_of_same(10, 1), 14.43, 0.01);
  EXPECT_GT(bits_of_same(8, 100), 35);
  EXPECT_EQ(bits_of_same(8, 0), 0);
}

TEST(Chance, ChoicesAreSaidInBits) {
  EXPECT_EQ(bits_of_choice(8, 0), 0);
  EXPECT_EQ(bits_of_choice(8, 8), 0);
  EXPECT_NEAR(bits_of_choice(8, 1), 3, 1e-9);
  EXPECT_NEAR(bits_of_choice(4, 2), std::log2(6), 1e-9);
}

}  // namespace
}  // namespace tidemark
