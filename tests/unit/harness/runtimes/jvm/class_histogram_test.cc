#include "harness/runtimes/jvm/class_histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark::jvm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// As OpenJDK 17 writes it.
constexpr std::string_view kTable =
    " num     #instances         #bytes  class name (module)\n"
    "-------------------------------------------------------\n"
    "   1:          7543         347352  [B (java.base@17.0.15)\n"
    "   2:          1024          24576  UserSession\n"
    "   3:             2             64  Chat$$Lambda$14/0x0000000800c03a18\n"
    "   4:             1             32  Chat$$Lambda$14/0x0000000800c04000\n"
    "   5:             1             16  shop.Cart (shop.app@1.0)\n"
    "Total          8571         372040\n";

TEST(ClassHistogram, CountsClassesByReadableNames) {
  const Result<ClassHistogram> histogram = parse_class_histogram(kTable);
  ASSERT_TRUE(histogram) << histogram.error().message;
  EXPECT_THAT(histogram->classes,
              ElementsAre(ClassCount{"Chat$$Lambda$14", false, {3}, {96}},
                          ClassCount{"UserSession", false, {1024}, {24576}},
                          ClassCount{"byte[]", true, {7543}, {347352}},
                          ClassCount{"shop.Cart", false, {1}, {16}}));
  EXPECT_EQ(histogram->objects, Count{8571});
  EXPECT_EQ(histogram->bytes, Bytes{372040});
}

// JDK 8 knows no modules.
TEST(ClassHistogram, NeedsNoModules) {
  const auto histogram = parse_class_histogram(
      "\n num     #instances         #bytes  class name\n"
      "----------------------------------------------\n"
      "   1:          1262         106224  [C\n"
      "Total          1262         106224\n");
  ASSERT_TRUE(histogram);
  EXPECT_THAT(histogram->classes,
              ElementsAre(ClassCount{"char[]", true, {1262}, {106224}}));
}

TEST(ClassHistogram, OneThatIsCutOffIsRefused) {
  const std::string_view cut = kTable.substr(0, kTable.find("Total"));
  EXPECT_EQ(parse_class_histogram(cut).error().message,
            "GC.class_histogram answers what is no table of classes: it ends "
            "before its sum");
  EXPECT_FALSE(parse_class_histogram(""));
  EXPECT_FALSE(parse_class_histogram("Total 1"));
}

TEST(ClassHistogram, AnotherTextIsRefusedWithItsLine) {
  EXPECT_THAT(parse_class_histogram("Unknown command\n").error().message,
              HasSubstr("found `Unknown command`"));
  EXPECT_FALSE(parse_class_histogram("  1:  x  16  A\nTotal 1 16\n"));
  EXPECT_FALSE(parse_class_histogram("  1:  -1  16  A\nTotal 1 16\n"));
  EXPECT_FALSE(parse_class_histogram("  1:  1  16\nTotal 1 16\n"));
  EXPECT_FALSE(
      parse_class_histogram("  1:  99999999999999999999  16  A\nTotal 1 16\n"));
}

}  // namespace
}  // namespace tidemark::jvm
