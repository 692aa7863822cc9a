// Whole reports of full records: widths, budgets, hostile text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "harness/report/junit.h"
#include "harness/report/record_json.h"
#include "harness/report/terminal.h"
#include "harness/report/text.h"
#include "tests/support/approved.h"
#include "tests/support/full_records.h"

namespace tidemark {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string terminal(const RunRecord& record, ReportStyle style = {}) {
  return make_terminal_reporter()->render(record, style);
}

std::string junit(const RunRecord& record) {
  return make_junit_reporter()->render(record, {});
}

void expect_width(const std::string& text, std::size_t width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(columns(line), width) << line;
}

TEST(FullTerminalReport, ALeakIsApproved) {
  expect_approved("full/leak.txt", terminal(samples::leak()));
}

TEST(FullTerminalReport, APassIsApproved) {
  expect_approved("full/pass.txt", terminal(samples::pass()));
}

TEST(FullTerminalReport, AnInconclusiveRunIsApproved) {
  expect_approved("full/inconclusive.txt", terminal(samples::inconclusive()));
}

TEST(FullTerminalReport, ADeadServiceIsApproved) {
  expect_approved("full/died.txt", terminal(samples::died()));
}

TEST(FullTerminalReport, GrowthWithTimeIsApproved) {
  expect_approved("full/time_growth.txt", terminal(samples::time_growth()));
}

TEST(FullTerminalReport, MissedBudgetsAreApproved) {
  expect_approved("full/budgets.txt", terminal(samples::budgets()));
}

TEST(FullTerminalReport, UpstreamsThatStayAreApproved) {
  expect_approved("full/upstream.txt", terminal(samples::upstream()));
}

TEST(FullTerminalReport, BuffersOfOpenConnectionsAreApproved) {
  expect_approved("full/open_buffers.txt", terminal(samples::open_buffers()));
}

TEST(FullTerminalReport, HostileTextIsApproved) {
  expect_approved("full/hostile.txt", terminal(samples::hostile()));
}

TEST(FullTerminalReport, EveryReportFitsTheTerminal) {
  for (const RunRecord& record :
       {samples::leak(), samples::pass(), samples::inconclusive(),
        samples::died(), samples::time_growth(), samples::budgets(),
        samples::upstream(), samples::open_buffers(), samples::hostile()}) {
    expect_width(terminal(record), 80);
    ReportStyle wide;
    wide.width = 120;
    expect_width(terminal(record, wide), 120);
  }
}

TEST(FullTerminalReport, HostileTextReachesNoTerminal) {
  const std::string text = terminal(samples::hostile());
  for (char c : text) EXPECT_TRUE(c == '\n' || (c & 0x80) || c >= ' ');
  EXPECT_THAT(text, Not(HasSubstr("\u202E")));
  EXPECT_EQ(text, printable(text, true));
}

TEST(FullTerminalReport, AllFramesShowsTheLibrarysToo) {
  ReportStyle style;
  style.all_frames = true;
  const std::string text = terminal(samples::leak(), style);
  EXPECT_THAT(text, HasSubstr("operator new"));
  EXPECT_THAT(text, Not(HasSubstr("library frame")));
}

TEST(FullTerminalReport, ColourIsOnlyForWhoAsksForIt) {
  ReportStyle style;
  EXPECT_THAT(terminal(samples::leak(), style), Not(HasSubstr("\033")));
  style.colour = true;
  EXPECT_THAT(terminal(samples::leak(), style),
              StartsWith("\033[1;31mLEAK\033[0m  chat-guilty: "));
  EXPECT_THAT(terminal(samples::pass(), style),
              StartsWith("\033[1;32mPASS\033[0m  chat-innocent: "));
}

TEST(FullTerminalReport, AnEmptyRecordIsAPartialOne) {
  const std::string text = terminal(RunRecord{});
  EXPECT_THAT(text, StartsWith("ERROR  : the run did not reach its verdict\n"
                               "PARTIAL RECORD: "));
}

TEST(FullTerminalReport, AServiceThatWasNeverStartedLeavesNoPartialRecord) {
  RunRecord record;
  record.scenario_name = "chat";
  record.error = Error{ErrorKind::kEnvironment, "port 80 is taken", ""};
  record.phases = {{"start", {}, {}}};
  const std::string text = terminal(record);
  EXPECT_THAT(text, StartsWith("ERROR  chat: port 80 is taken\n"));
  EXPECT_THAT(text, HasSubstr("service      never started\n"));
  EXPECT_THAT(text, Not(HasSubstr("PARTIAL")));
  record.service.exit = ServiceExit{1, {}, false};
  EXPECT_THAT(terminal(record), HasSubstr("PARTIAL RECORD"));
}

TEST(FullJunitReport, ALeakIsApproved) {
  expect_approved("full/leak.xml", junit(samples::leak()));
}

TEST(FullJunitReport, APassIsApproved) {
  expect_approved("full/pass.xml", junit(samples::pass()));
}

TEST(FullJunitReport, AnInconclusiveRunIsApproved) {
  expect_approved("full/inconclusive.xml", junit(samples::inconclusive()));
}

TEST(FullJunitReport, ADeadServiceIsApproved) {
  expect_approved("full/died.xml", junit(samples::died()));
}

TEST(FullJunitReport, MissedBudgetsAreApproved) {
  expect_approved("full/budgets.xml", junit(samples::budgets()));
}

TEST(FullJunitReport, UpstreamsThatStayAreApproved) {
  expect_approved("full/upstream.xml", junit(samples::upstream()));
}

TEST(FullJunitReport, HostileTextIsApproved) {
  expect_approved("full/hostile.xml", junit(samples::hostile()));
}

TEST(FullJunitReport, ALeakWithoutAFindingStillFails) {
  RunRecord record = samples::leak();
  record.judgement->findings.clear();
  EXPECT_THAT(junit(record), HasSubstr("failures=\"1\""));
}

TEST(FullJunitReport, APartialRecordWithoutAnErrorIsAnError) {
  RunRecord record = samples::pass();
  record.judgement.reset();
  EXPECT_THAT(junit(record), HasSubstr("<error type=\"partial\""));
}

TEST(FullJsonReport, ALeakIsApproved) {
  expect_approved("full/leak.json", to_json(samples::leak()));
}

TEST(FullJsonReport, UpstreamsThatStayAreApproved) {
  expect_approved("full/upstream.json", to_json(samples::upstream()));
}

TEST(FullJsonReport, ADeadServiceIsApproved) {
  expect_approved("full/died.json", to_json(samples::died()));
}

}  // namespace
}  // namespace tidemark
