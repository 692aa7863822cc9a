#include "harness/scenario/diagnostics.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

std::string rendered(Position at, std::string_view text,
                     std::string hint = {}) {
  Diagnostics problems;
  problems.add(at, "bad", std::move(hint));
  return problems.render("a.yaml", text);
}

TEST(Diagnostics, ShowTheLineACaretAndTheHint) {
  EXPECT_EQ(rendered({1, 2, 3}, "one\n  two: 2\n", "write 2"),
            "a.yaml:2:3: bad\n"
            " 2 |   two: 2\n"
            "   |   ^~~\n"
            "   = write 2");
}

TEST(Diagnostics, CountCharactersNotBytes) {
  EXPECT_EQ(rendered({0, 4, 4}, "éé: üü"),
            "a.yaml:1:3: bad\n"
            " 1 | éé: üü\n"
            "   |   ^~~");
}

TEST(Diagnostics, MakeTheMarginAsWideAsTheNumber) {
  EXPECT_EQ(rendered({9, 0, 1}, "\n\n\n\n\n\n\n\n\nx"),
            "a.yaml:10:1: bad\n"
            " 10 | x\n"
            "    | ^");
}

TEST(Diagnostics, NeverPointPastTheEnd) {
  EXPECT_EQ(rendered({7, 7, 7}, "x"),
            "a.yaml:1:2: bad\n"
            " 1 | x\n"
            "   |  ^");
  EXPECT_EQ(rendered({0, 0, 1}, ""),
            "a.yaml:1:1: bad\n"
            " 1 | \n"
            "   | ^");
}

TEST(Diagnostics, ShowTabsAndCarriageReturnsAsBlanksOrNothing) {
  EXPECT_EQ(rendered({0, 3, 1}, "a\tb c\r\nd"),
            "a.yaml:1:4: bad\n"
            " 1 | a b c\n"
            "   |    ^");
}

TEST(Diagnostics, ShowAWindowOfALongLine) {
  const std::string text = std::string(200, 'a') + 'X' + std::string(200, 'b');
  EXPECT_EQ(rendered({0, 200, 1}, text),
            "a.yaml:1:201: bad\n"
            " 1 | …" +
                std::string(40, 'a') + 'X' + std::string(59, 'b') +
                "…\n"
                "   | " +
                std::string(41, ' ') + '^');
}

TEST(Diagnostics, ComeInTheOrderOfTheFile) {
  Diagnostics problems;
  problems.add({1, 0, 1}, "second");
  problems.add({0, 2, 1}, "first");
  EXPECT_EQ(problems.render("a.yaml", "a b\nc"),
            "a.yaml:1:3: first\n"
            " 1 | a b\n"
            "   |   ^\n"
            "a.yaml:2:1: second\n"
            " 2 | c\n"
            "   | ^");
}

TEST(Diagnostics, StopAfterTwentyAndSayHowManyAreLeft) {
  const auto last_line = [](std::size_t count) {
    Diagnostics problems;
    for (std::size_t i = 0; i < count; ++i) problems.add({}, "bad");
    const std::string all = problems.render("a.yaml", "x");
    return all.substr(all.rfind('\n') + 1);
  };
  EXPECT_EQ(last_line(20), "   | ^");
  EXPECT_EQ(last_line(21), "a.yaml: 1 more problem is not shown");
  EXPECT_EQ(last_line(5000), "a.yaml: 4980 more problems are not shown");
}

TEST(Diagnostics, ForeignTextCannotSpeakToTheTerminal) {
  EXPECT_EQ(printable("a\x1b[31mb\n\x7f"), "a\\x1b[31mb\\x0a\\x7f");
  EXPECT_EQ(printable("\xC2\x9B"
                      "1m"),
            "\\x9b1m");
  EXPECT_EQ(printable("é"), "é");
  EXPECT_EQ(printable("a\xE9"
                      "b"),
            "a\\xe9"
            "b");
  EXPECT_EQ(printable("abcdef", 3), "abc…");
  Diagnostics problems;
  problems.add({}, "bad");
  EXPECT_EQ(problems.render("\x1b]0;x",
                            "a\xC2\x9B"
                            "b"),
            "\\x1b]0;x:1:1: bad\n"
            " 1 | a b\n"
            "   | ^");
}

}  // namespace
}  // namespace tidemark
