// Foreign text, cut to fit a message.
#include "harness/base/short_text.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(ShortText, TrimmedIsWithoutBlanksAroundIt) {
  EXPECT_EQ(trimmed(" \ta b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(ShortText, LettersAreNotCutInHalf) {
  EXPECT_EQ(one_line("abcdef", 6), "abcdef");
  EXPECT_EQ(one_line("abcdef", 5), "abcde…");
  EXPECT_EQ(one_line("abcdä!", 5), "abcd…");
  EXPECT_EQ(one_line("abcä!", 5), "abcä…");
  EXPECT_EQ(one_line("\x80\x80\x80", 2), "…");
}

TEST(ShortText, ALineStaysALine) {
  EXPECT_EQ(one_line("a\nb\x7f\tc"), "a b  c");
}

}  // namespace
}  // namespace tidemark
