// Formats for other programs, of full records.
#include "harness/report/machine_formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/approved.h"
#include "tests/support/full_records.h"

namespace tidemark {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<RunRecord> all_records() {
  return {samples::leak(),     samples::pass(),    samples::inconclusive(),
          samples::died(),     samples::budgets(), samples::time_growth(),
          samples::upstream(), samples::hostile(), RunRecord{}};
}

std::string folded(const RunRecord& record) {
  return make_folded_reporter()->render(record, {});
}

std::string openmetrics(const RunRecord& record) {
  return make_openmetrics_reporter()->render(record, {});
}

std::string markdown(const RunRecord& record) {
  return make_markdown_reporter()->render(record, {});
}

TEST(FoldedReport, ALeakIsApproved) {
  expect_approved("full/leak.folded", folded(samples::leak()));
}

// A line is a stack without blanks at its end, a blank and a number.
TEST(FoldedReport, EveryLineIsAStackAndItsBytes) {
  for (const RunRecord& record : all_records()) {
    std::istringstream lines(folded(record));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t blank = line.rfind(' ');
      ASSERT_NE(blank, std::string::npos) << line;
      EXPECT_GT(std::stoll(line.substr(blank + 1)), 0) << line;
      EXPECT_EQ(line.find(";;"), std::string::npos) << line;
    }
  }
}

TEST(OpenMetricsReport, ALeakIsApproved) {
  expect_approved("full/leak.openmetrics", openmetrics(samples::leak()));
}

TEST(OpenMetricsReport, ADeadServiceIsApproved) {
  expect_approved("full/died.openmetrics", openmetrics(samples::died()));
}

// Each family's samples stand behind its TYPE, and nowhere else.
TEST(OpenMetricsReport, SamplesBelongToTheFamilyBeforeThem) {
  for (const RunRecord& record : all_records()) {
    const std::string text = openmetrics(record);
    EXPECT_THAT(text, EndsWith("# EOF\n"));
    std::istringstream lines(text);
    std::string family;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("# TYPE ")) {
        family = line.substr(7, line.find(' ', 7) - 7);
      } else if (!line.starts_with("#")) {
        EXPECT_TRUE(line.starts_with(family + "{")) << line;
      }
    }
  }
}

TEST(MarkdownReport, ALeakIsApproved) {
  expect_approved("full/leak.md", markdown(samples::leak()));
}

TEST(MarkdownReport, APassIsApproved) {
  expect_approved("full/pass.md", markdown(samples::pass()));
}

TEST(MarkdownReport, HostileTextIsNoMarkup) {
  const std::string text = markdown(samples::hostile());
  expect_approved("full/hostile.md", text);
  EXPECT_THAT(text, Not(HasSubstr("<script")));
}

TEST(MarkdownReport, WithoutAVerdictItSaysWhy) {
  EXPECT_THAT(markdown(samples::died()), HasSubstr("❌ error"));
}

}  // namespace
}  // namespace tidemark
