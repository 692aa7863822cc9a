#include "harness/scenario/utf8.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(Utf8, ACharacterTakesOneToFourBytes) {
  EXPECT_EQ(utf8_length("ab"), 1u);
  EXPECT_EQ(utf8_length("é"), 2u);
  EXPECT_EQ(utf8_length("…x"), 3u);
  EXPECT_EQ(utf8_length("\xF4\x8F\xBF\xBF"), 4u);  // U+10FFFF, the last
  EXPECT_EQ(utf8_length(std::string_view("\0", 1)), 1u);
}

TEST(Utf8, BrokenFormsHaveNoLength) {
  for (const char* text : {
           "\x80",              // a continuation without its start
           "\xC3",              // cut short
           "\xE2\x82",          // cut short
           "\xC3(",             // no continuation
           "\xC0\x80",          // overlong NUL
           "\xE0\x80\x80",      // overlong
           "\xF0\x80\x80\x80",  // overlong
           "\xED\xA0\x80",      // a surrogate
           "\xF4\x90\x80\x80",  // past U+10FFFF
           "\xFF",
       }) {
    EXPECT_EQ(utf8_length(text), 0u);
  }
}

}  // namespace
}  // namespace tidemark
