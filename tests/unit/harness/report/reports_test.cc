// Each report against its approved text in tests/approved; ci/approve accepts
// what the program says now.
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/base/text_file.h"
#include "harness/report/junit.h"
#include "harness/report/names.h"
#include "harness/report/record_json.h"
#include "harness/report/terminal.h"
#include "harness/report/text.h"
#include "tests/support/sample_records.h"

namespace tidemark {
namespace {

void expect_approved(const std::string& name, const std::string& text) {
  std::string path = "tests/approved/" + name;
  if (std::getenv("TIDEMARK_APPROVE")) {
    ASSERT_TRUE(write_file_atomically(path, text));
    return;
  }
  Result<std::string> approved = read_file(path);
  ASSERT_TRUE(approved) << approved.error().message;
  EXPECT_EQ(text, *approved) << "ci/approve accepts it";
}

TEST(TerminalReport, AHeapThatWasNotSeenHasNoLimit) {
  RunRecord record = clean_record();
  const auto told = [&] {
    return make_terminal_reporter()
               ->render(record, ReportStyle{})
               .find("\n  limit ") != std::string::npos;
  };
  EXPECT_TRUE(told());
  record.judgement->limit.bytes_per_connection = 0;
  EXPECT_FALSE(told());
}

TEST(TerminalReport, ALeakIsNamedOnTheFirstLineAndToldInASentence) {
  expect_approved("leak.txt", make_terminal_reporter()->render(leak_record(),
                                                               ReportStyle{}));
}

TEST(TerminalReport, AllFramesAreShownWhenAsked) {
  ReportStyle style;
  style.all_frames = true;
  expect_approved("leak_all_frames.txt",
                  make_terminal_reporter()->render(leak_record(), style));
}

TEST(TerminalReport, APassPrintsItsLimit) {
  expect_approved("pass.txt", make_terminal_reporter()->render(clean_record(),
                                                               ReportStyle{}));
}

TEST(TerminalReport, ADoubtSaysWhatWouldDecideIt) {
  expect_approved("doubt.txt", make_terminal_reporter()->render(
                                   doubtful_record(), ReportStyle{}));
}

TEST(TerminalReport, ACrashIsToldWithWhatTheServiceHeld) {
  expect_approved("crash.txt", make_terminal_reporter()->render(
                                   crashed_record(), ReportStyle{}));
}

TEST(TerminalReport, WhatIsSuppressedIsFoldedAndToldWithItsReason) {
  expect_approved("suppressed.txt", make_terminal_reporter()->render(
                                        suppressed_record(), ReportStyle{}));
}

TEST(JunitReport, WhatIsSuppressedIsSkippedAndNoFailure) {
  expect_approved("suppressed.xml", make_junit_reporter()->render(
                                        suppressed_record(), ReportStyle{}));
}

TEST(TerminalReport, ColourIsOnlyThereWhenAsked) {
  EXPECT_EQ(make_terminal_reporter()
                ->render(leak_record(), ReportStyle{})
                .find('\033'),
            std::string::npos);
  ReportStyle style;
  style.colour = true;
  EXPECT_NE(make_terminal_reporter()
                ->render(leak_record(), style)
                .find("\033[1;31mLEAK"),
            std::string::npos);
}

TEST(JunitReport, ALeakFailsTheResidueAndNothingElse) {
  expect_approved("leak.xml",
                  make_junit_reporter()->render(leak_record(), ReportStyle{}));
}

TEST(JunitReport, APassHasOneCasePerExpectation) {
  expect_approved("pass.xml",
                  make_junit_reporter()->render(clean_record(), ReportStyle{}));
}

TEST(JunitReport, HostileTextStaysText) {
  expect_approved("hostile.xml", make_junit_reporter()->render(hostile_record(),
                                                               ReportStyle{}));
}

TEST(JunitReport, ADoubtIsAnError) {
  std::string xml =
      make_junit_reporter()->render(doubtful_record(), ReportStyle{});
  EXPECT_NE(xml.find("errors=\"1\""), std::string::npos);
  EXPECT_NE(xml.find("type=\"inconclusive\""), std::string::npos);
}

TEST(JsonRecord, EveryRecordComesBackAsItWas) {
  for (const RunRecord& record :
       {clean_record(), leak_record(), doubtful_record(), crashed_record(),
        hostile_record(), suppressed_record()}) {
    Result<RunRecord> back = from_json(to_json(record));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, record);
  }
}

TEST(JsonRecord, TheFixedFieldsHaveTheirNames) {
  expect_approved("leak.json", to_json(leak_record()));
}

TEST(JsonRecord, WhatIsNoRecordIsAUsageErrorAndNoCrash) {
  for (const char* text :
       {"", "{", "[]", "null", "{}", "{\"tidemark_record\": 99}",
        "{\"tidemark_record\": 1, \"cycles\": 3}",
        "{\"tidemark_record\": \"1\"}"}) {
    Result<RunRecord> back = from_json(text);
    ASSERT_FALSE(back) << text;
    EXPECT_EQ(back.error().kind, ErrorKind::kUsage) << text;
  }
}

TEST(Names, AreShortenedToWhatPeopleWrite) {
  EXPECT_EQ(short_name("(anonymous namespace)::chat_join(unsigned long)"),
            "chat_join");
  EXPECT_EQ(short_name("std::__cxx11::basic_string<char, "
                       "std::char_traits<char>, std::allocator<char> "
                       ">::append(char const*)"),
            "std::string::append");
  EXPECT_EQ(short_name("Session::operator()(int) const"),
            "Session::operator()");
  EXPECT_EQ(short_name("f[abi:cxx11](std::map<int, std::vector<long> >)"), "f");
  EXPECT_EQ(short_name("operator<"), "operator<");
}

TEST(Quantities, AreWrittenAsPeopleReadThem) {
  EXPECT_EQ(bytes_text(96.0), "96 B");
  EXPECT_EQ(bytes_text(1520.0), "1,520 B");
  EXPECT_EQ(bytes_text(32832.0), "32.1 KiB");
  EXPECT_EQ(bytes_text(5.0 * 1024 * 1024), "5.0 MiB");
  EXPECT_EQ(bytes_text(0.256), "0.26 B");
  EXPECT_EQ(plural(1, "block"), "1 block");
  EXPECT_EQ(plural(1250, "block"), "1,250 blocks");
}

}  // namespace
}  // namespace tidemark
