#include "harness/profile/unsample.h"

#include <gtest/gtest.h>

#include <limits>

namespace tidemark {
namespace {

struct Vector {
  SampledBlocks taken;
  SampledBlocks whole;
};

// Rows of pprof's own test data, with what its tests want of them:
// profile/testdata/cppbench.heap and gobench.heap.
TEST(Unsample, PublishedRowsOfCpp) {
  for (const Vector& row : {Vector{{1, 9216}, {57, 528909}},
                            {{1, 144}, {3641, 524360}},
                            {{7, 114688}, {227, 3727658}},
                            {{1, 1792}, {293, 525184}},
                            {{13, 319488}, {283, 6976735}},
                            {{1, 2162688}, {1, 2198218}},
                            {{1, 48}, {10923, 524312}},
                            {{1, 262144}, {2, 666237}},
                            {{16, 327680}, {417, 8553514}},
                            {{47, 1925120}, {625, 25616628}},
                            {{2, 131072}, {17, 1115476}}})
    EXPECT_EQ(unsampled(row.taken, 524288), row.whole) << row.taken.bytes;
}

TEST(Unsample, PublishedRowsOfGo) {
  for (const Vector& row : {Vector{{1, 524288}, {1, 829411}},
                            {{3, 1572864}, {4, 2488234}},
                            {{1, 10240}, {51, 529424}},
                            {{642, 6574080}, {33192, 339890635}},
                            {{1, 288}, {1820, 524432}},
                            {{2, 296}, {7085, 1048724}},
                            {{0, 0}, {0, 0}},
                            {{1, 16}, {32768, 524296}}})
    EXPECT_EQ(unsampled(row.taken, 524288), row.whole) << row.taken.bytes;
}

TEST(Unsample, NothingStaysNothingAndExactStaysExact) {
  EXPECT_EQ(unsampled({0, 100}, 524288), SampledBlocks{});
  EXPECT_EQ(unsampled({100, 0}, 524288), SampledBlocks{});
  EXPECT_EQ(unsampled({3, 100}, 1), (SampledBlocks{3, 100}));
  EXPECT_EQ(unsampled({3, 100}, 0), (SampledBlocks{3, 100}));
}

TEST(Unsample, WhatNoNumberCanBeIsTheLargest) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(unsampled({kMost, 1}, kMost).count, kMost);
}

}  // namespace
}  // namespace tidemark
