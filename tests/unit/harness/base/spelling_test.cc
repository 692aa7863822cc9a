#include "harness/base/spelling.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(Spelling, EqualWordsHaveNoDistance) {
  EXPECT_EQ(edit_distance("reset", "reset"), 0u);
  EXPECT_EQ(edit_distance("", ""), 0u);
}

TEST(Spelling, EverySlipCountsOne) {
  EXPECT_EQ(edit_distance("conections", "connections"), 1u);  // missing
  EXPECT_EQ(edit_distance("resset", "reset"), 1u);            // too many
  EXPECT_EQ(edit_distance("resat", "reset"), 1u);             // wrong
  EXPECT_EQ(edit_distance("SIGTREM", "SIGTERM"), 1u);         // swapped
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
}

TEST(Spelling, LongWordsAreCutSoThatHostileTextStaysCheap) {
  const std::string same(64, 'x');
  EXPECT_EQ(edit_distance(same + "abc", same + "def"), 0u);
}

TEST(Spelling, TheNearestWordIsFound) {
  EXPECT_EQ(nearest_word("comand", {"command", "environment"}), "command");
  EXPECT_EQ(nearest_word("nativ", {"process", "native"}), "native");
}

TEST(Spelling, CaseAndJoiningMarksCountForNothing) {
  EXPECT_EQ(nearest_word("connect_rate", {"connections", "connectRate"}),
            "connectRate");
  EXPECT_EQ(nearest_word("RESET", {"graceful", "reset"}), "reset");
}

TEST(Spelling, AnotherWordIsNoSlip) {
  EXPECT_EQ(nearest_word("banana", {"command", "environment"}), std::nullopt);
  EXPECT_EQ(nearest_word("x", {"y"}), std::nullopt);
  EXPECT_EQ(nearest_word("", {"a"}), std::nullopt);
  EXPECT_EQ(nearest_word("abc", {}), std::nullopt);
}

TEST(Spelling, AmongEqualsTheFirstWins) {
  EXPECT_EQ(nearest_word("mine", {"mind", "line"}), "mind");
}

}  // namespace
}  // namespace tidemark
