#include "harness/report/holdings.h"

#include <gtest/gtest.h>

#include "tests/support/approved.h"
#include "tests/support/full_records.h"

namespace tidemark {
namespace {

std::vector<std::string> source(const std::string& file) {
  if (file != "src/room.cc") return {};
  std::vector<std::string> lines(100, "  // …");
  lines[87] = "  members_.emplace(name, session);";
  return lines;
}

std::string text(const Result<std::string>& result) {
  EXPECT_TRUE(result) << result.error().message;
  return result.value_or("");
}

std::string hint(const Result<std::string>& result) {
  EXPECT_FALSE(result);
  if (result) return "";
  EXPECT_EQ(result.error().kind, ErrorKind::kUsage);
  return result.error().hint;
}

TEST(HoldingsReport, TopIsApproved) {
  expect_approved("holdings/top.txt", text(top_text(samples::leak(), {}, {})));
}

TEST(HoldingsReport, TreeIsApproved) {
  expect_approved("holdings/tree.txt",
                  text(tree_text(samples::leak(), {}, {})));
}

TEST(HoldingsReport, ListIsApproved) {
  expect_approved("holdings/list.txt",
                  text(list_text(samples::leak(), {}, source, {})));
}

TEST(HoldingsReport, OneFindingIsAskedForByItsNumber) {
  HoldingsQuestion question;
  question.finding = 1;
  EXPECT_EQ(text(tree_text(samples::leak(), question, {})),
            text(tree_text(samples::leak(), {}, {})));
  question.finding = 4;
  EXPECT_EQ(hint(tree_text(samples::leak(), question, {})), "it has 1 to 3");
}

TEST(HoldingsReport, ADeadServiceSaysWhoAllocatedAndNotWhoHolds) {
  EXPECT_NE(text(top_text(samples::died(), {}, {})).find("who allocated"),
            std::string::npos);
  EXPECT_NE(hint(tree_text(samples::died(), {}, {})).find("died"),
            std::string::npos);
}

TEST(HoldingsReport, ACleanRunSaysHowToAsk) {
  EXPECT_NE(hint(top_text(samples::pass(), {}, {})).find("retention: always"),
            std::string::npos);
}

TEST(HoldingsReport, APatternThatFitsNothingIsSaid) {
  HoldingsQuestion question;
  question.pattern = "nobody";
  EXPECT_NE(hint(list_text(samples::leak(), question, source, {})), "");
}

TEST(HoldingsReport, MoreRowsThanWantedAreCounted) {
  HoldingsQuestion question;
  question.most_rows = 1;
  EXPECT_NE(text(tree_text(samples::leak(), question, {})).find("… and"),
            std::string::npos);
  EXPECT_NE(text(top_text(samples::leak(), question, {})).find("… and"),
            std::string::npos);
}

}  // namespace
}  // namespace tidemark
