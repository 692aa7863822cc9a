#include "harness/profile/amount_text.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

// Each as pprof spells it.
TEST(AmountText, HasTwoDigitsOrNone) {
  EXPECT_EQ(amount_text(11000, "bytes", "B"), "11000B");
  EXPECT_EQ(amount_text(1536, "bytes", "kB"), "1.50kB");
  EXPECT_EQ(amount_text(-1536, "bytes", ""), "-1.50kB");
  EXPECT_EQ(amount_text(1, "bytes", "MB"), "0");
  EXPECT_EQ(amount_text(5300, "bytes", "MB"), "0.01MB");
  EXPECT_EQ(amount_text(0, "bytes", "MB"), "0");
  EXPECT_EQ(amount_text(3, "count", "count"), "3");
  EXPECT_EQ(amount_text(3, "widgets", "widgets"), "3widgets");
  EXPECT_EQ(amount_text(1500000, "nanoseconds", ""), "1.50ms");
  EXPECT_EQ(amount_text(3, "seconds", "ms"), "3000ms");
}

TEST(AmountText, OneUnitFitsATable) {
  EXPECT_EQ(common_unit({100, 50}, 150, "bytes"), "B");
  EXPECT_EQ(common_unit({4096, 2048}, 6144, "bytes"), "kB");
  // The smallest in bytes, the whole in kB, but not a hundred times as much.
  EXPECT_EQ(common_unit({100, 5000}, 5100, "bytes"), "B");
  EXPECT_EQ(common_unit({100, 50000}, 50100, "bytes"), "kB");
  EXPECT_EQ(common_unit({0, -100}, 50100, "bytes"), "kB");
  EXPECT_EQ(common_unit({}, 50100, "bytes"), "kB");
  EXPECT_EQ(common_unit({3}, 5, "count"), "count");
}

TEST(PercentageText, HasTwoDigitsThatMatter) {
  EXPECT_EQ(percentage_text(1, 1), "  100%");
  EXPECT_EQ(percentage_text(99951, 100000), "  100%");
  EXPECT_EQ(percentage_text(9994, 10000), "99.94%");
  EXPECT_EQ(percentage_text(-1, 3), "33.33%");
  EXPECT_EQ(percentage_text(1, 1000), "  0.1%");
  EXPECT_EQ(percentage_text(67, 100000), "0.067%");
  EXPECT_EQ(percentage_text(1, 10000000), "1e-05%");
  EXPECT_EQ(percentage_text(0, 5), "    0%");
  EXPECT_EQ(percentage_text(5, 0), "    0%");
}

}  // namespace
}  // namespace tidemark
