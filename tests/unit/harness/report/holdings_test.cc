#include "harness/report/holdings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "harness/report/terminal.h"
#include "tests/support/approved.h"
#include "tests/support/full_records.h"

namespace tidemark {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

// Two roots that hold one and the same, and one that holds more beside it.
RunRecord shared_record() {
  RunRecord record = samples::leak();
  Retention held = samples::chat_retention();
  RetainingPath& rooms = held.paths[0];
  rooms.retained = {4096};
  rooms.share = 40000;
  RetainingPath other = rooms;
  other.root_name = "g_sessions (room.cc)";
  other.retained = {0};
  held.paths = {rooms, other};
  record.held = held;
  record.judgement->findings[0].retention = held;
  return record;
}

TEST(HoldingsReport, RootsThatShareSayTheirLeakShare) {
  const std::string top = text(top_text(shared_record(), {}, {}));
  EXPECT_THAT(top, HasSubstr("  retains  leak share  who holds\n"));
  EXPECT_THAT(top,
              HasSubstr(" 4,096 B    39.1 KiB\n"
                        "              chat::g_rooms (room.cc), a global\n"));
  EXPECT_THAT(top, HasSubstr("     0 B    39.1 KiB\n"
                             "              g_sessions (room.cc), a global\n"));
  EXPECT_THAT(text(tree_text(shared_record(), {}, {})),
              HasSubstr("retains 0 B, leak share 39.1 KiB"));
  EXPECT_THAT(make_terminal_reporter()->render(shared_record(), {}),
              HasSubstr("KiB; retains 4,096 B, leak share 39.1 KiB"));
}

TEST(HoldingsReport, WaysThatTheRecordLacksAreNotPromised) {
  // 3,000 blocks, 17 of them lost and 2 × 1,480 on ways that are told.
  for (const std::string& report :
       {make_terminal_reporter()->render(shared_record(), {}),
        text(tree_text(shared_record(), {}, {}))}) {
    EXPECT_THAT(report, HasSubstr("23 more blocks, 47.6 KiB, in ways that were "
                                  "not kept"));
    EXPECT_THAT(report, Not(HasSubstr("--finding")));
  }
  EXPECT_THAT(
      text(top_text(shared_record(), {}, {})),
      HasSubstr(" 23          –           –\n              others, in"));
}

TEST(HoldingsReport, WaysThatAreNotToldAreShownByTheTreeOfTheirFinding) {
  RunRecord record = samples::leak();
  Finding& blamed = record.judgement->findings[0];
  RetainingPath path = blamed.retention->paths.back();
  blamed.retention->paths.clear();
  for (int i = 0; i < 16; ++i) {
    path.root_name = "g_" + std::to_string(i);
    path.bytes = {1000 - i};
    blamed.retention->paths.push_back(path);
  }
  blamed.retention->objects = {16 * 3 + 17};
  // What is not told comes first in the record, and has no number of its own.
  record.judgement->findings.insert(record.judgement->findings.begin(),
                                    Finding(record.judgement->findings[1]));
  const std::string report = make_terminal_reporter()->render(record, {});
  EXPECT_THAT(report, HasSubstr("in other ways: `tidemark tree --finding 1` "));
  EXPECT_THAT(report, Not(HasSubstr("not kept")));
  HoldingsQuestion question;
  question.finding = 1;
  EXPECT_THAT(text(tree_text(record, question, {})),
              HasSubstr("… and 6 more branches\n"));
  question.most_rows = 32;
  EXPECT_THAT(text(tree_text(record, question, {})), HasSubstr("g_15"));
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

TEST(HoldingsReport, TheLastLineThatANumberCanSayIsListed) {
  RunRecord record = samples::leak();
  for (SiteRecord& site : record.sites)
    for (Frame& frame : site.frames)
      frame.line = std::numeric_limits<std::uint32_t>::max();
  EXPECT_THAT(text(list_text(record, {}, source, {})),
              HasSubstr(" 4294967295  "));
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
