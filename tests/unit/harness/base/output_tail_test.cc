#include "harness/base/output_tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tidemark {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(OutputTail, LinesComeInPieces) {
  OutputTail tail("");
  EXPECT_THAT(tail.lines(), IsEmpty());
  tail.add("fir");
  tail.add("st\nsecond\nun");
  EXPECT_THAT(tail.lines(), ElementsAre("first", "second", "un"));
  EXPECT_FALSE(tail.saw_awaited());
}

TEST(OutputTail, OnlyTheLastLinesAreKept) {
  OutputTail tail("");
  for (int i = 0; i < 100; ++i) tail.add(std::to_string(i) + "\n");
  ASSERT_THAT(tail.lines(), SizeIs(OutputTail::kLines));
  EXPECT_EQ(tail.lines().front(), "80");
  tail.add("unfinished");
  ASSERT_THAT(tail.lines(), SizeIs(OutputTail::kLines));
  EXPECT_EQ(tail.lines().front(), "81");
  EXPECT_EQ(tail.lines().back(), "unfinished");
}

TEST(OutputTail, ALineWithoutEndIsCut) {
  OutputTail tail("");
  for (int i = 0; i < 100; ++i) tail.add(std::string(100, 'x'));
  EXPECT_THAT(tail.lines(), ElementsAre(SizeIs(OutputTail::kLineLength)));
}

TEST(OutputTail, ControlCharactersDoNotReachATerminal) {
  OutputTail tail("");
  tail.add("\x1b[31mred\x7f\tx\r\n");
  EXPECT_THAT(tail.lines(), ElementsAre("?[31mred?\tx"));
}

TEST(OutputTail, AnAwaitedTextIsSeenAcrossPieces) {
  OutputTail tail("ready to serve");
  tail.add("not ready\nrea");
  tail.add("dy t");
  EXPECT_FALSE(tail.saw_awaited());
  tail.add("o serve");
  EXPECT_TRUE(tail.saw_awaited());
  tail.add("\nmore");
  EXPECT_TRUE(tail.saw_awaited());
}

}  // namespace
}  // namespace tidemark
