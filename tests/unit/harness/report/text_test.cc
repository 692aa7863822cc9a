#include "harness/report/text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace tidemark {
namespace {

TEST(ReportText, BytesAreExactWhenFewAndRoundedWhenMany) {
  EXPECT_EQ(bytes_text(0.0), "0 B");
  EXPECT_EQ(bytes_text(0.21), "0.21 B");
  EXPECT_EQ(bytes_text(96.0), "96 B");
  EXPECT_EQ(bytes_text(4160.0), "4,160 B");
  EXPECT_EQ(bytes_text(-4160.0), "-4,160 B");
  EXPECT_EQ(bytes_text(144000.0), "140.6 KiB");
  EXPECT_EQ(bytes_text(5.0 * 1024 * 1024), "5.0 MiB");
  EXPECT_EQ(bytes_text(3.0 * 1024 * 1024 * 1024), "3.00 GiB");
  EXPECT_EQ(bytes_text(std::nan("")), "? B");
}

TEST(ReportText, PrintableKeepsWhatIsTextAndNothingElse) {
  EXPECT_EQ(printable("plain é … 🌊"), "plain é … 🌊");
  EXPECT_EQ(printable("a\033[31mb"), "a\uFFFD[31mb");
  EXPECT_EQ(printable("a\nb\tc"), "a\uFFFDb c");
  EXPECT_EQ(printable("a\nb", true), "a\nb");
  EXPECT_EQ(printable("\xc2\x85\u202E\u2066"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xc0\xaf"), "\uFFFD\uFFFD");             // overlong
  EXPECT_EQ(printable("\xed\xa0\x80").substr(0, 3), "\uFFFD");  // surrogate
  EXPECT_EQ(printable("cut \xe2\x80"), "cut \uFFFD\uFFFD");
  EXPECT_EQ(printable("\xf4\x90\x80\x80").substr(0, 3), "\uFFFD");
  EXPECT_EQ(printable("\uFFFE"), "\uFFFD");  // no character of XML
}

TEST(ReportText, ClippingCountsCharactersNotBytes) {
  EXPECT_EQ(clipped("éééé", 4), "éééé");
  EXPECT_EQ(clipped("ééééé", 4), "ééé…");
  EXPECT_EQ(clipped("abc", 1), "…");
  EXPECT_EQ(columns("é…🌊"), 3u);
}

TEST(ReportText, WrappingBreaksAtSpacesAndHangs) {
  EXPECT_EQ(wrapped("one two three", 2, 8), "one two\n  three\n");
  EXPECT_EQ(wrapped("  a  b", 4, 80), "  a  b\n");
  EXPECT_EQ(wrapped("", 2, 10), "\n");
  EXPECT_EQ(wrapped("   ", 2, 10), "\n");
  EXPECT_EQ(wrapped("averylongword and on", 1, 6),
            "averylongword\n and\n on\n");
}

}  // namespace
}  // namespace tidemark
