#include "harness/report/record_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/full_records.h"

namespace tidemark {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string replaced(std::string text, const std::string& from,
                     const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  if (at != text.npos) text.replace(at, from.size(), to);
  return text;
}

std::string complaint(const std::string& text) {
  const Result<RunRecord> record = from_json(text);
  EXPECT_FALSE(record) << "was read";
  if (record) return "";
  EXPECT_EQ(record.error().kind, ErrorKind::kUsage);
  EXPECT_NE(record.error().hint, "");
  return record.error().message;
}

TEST(RecordJson, EveryRecordReadsBackEqual) {
  for (const RunRecord& record :
       {RunRecord{}, samples::leak(), samples::pass(), samples::inconclusive(),
        samples::died(), samples::time_growth(), samples::budgets(),
        samples::upstream(), samples::open_buffers()}) {
    const Result<RunRecord> back = from_json(to_json(record));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_TRUE(*back == record) << record.scenario_name;
  }
}

TEST(RecordJson, ExtremeNumbersReadBackEqual) {
  RunRecord record = samples::leak();
  record.took = Duration(std::int64_t{1} << 61);
  record.memory.front().live = {-(std::int64_t{1} << 59)};
  record.judgement->findings[0].rate.bytes_per_unit = 0.1 + 0.2;
  record.judgement->findings[0].rate.objects_per_unit = 5e-324;
  record.sites[0].id = std::numeric_limits<SiteId>::max();
  const Result<RunRecord> back = from_json(to_json(record));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(*back == record);
}

TEST(RecordJson, AnErrorAfterTheVerdictKeepsBoth) {
  RunRecord record = samples::leak();
  record.error = Error{ErrorKind::kInterrupted, "interrupted", ""};
  const Result<RunRecord> back = from_json(to_json(record));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(*back == record);
}

TEST(RecordJson, WrongBytesBecomeReplacementCharacters) {
  RunRecord record;
  record.scenario_name = "a\xff";
  const Result<RunRecord> back = from_json(to_json(record));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->scenario_name, "a\uFFFD");
}

TEST(RecordJson, TheGuiltyFrameIsTheFirstThatIsNotLibrary) {
  EXPECT_THAT(to_json(samples::leak()), HasSubstr("\"guilty\": 2"));
  RunRecord record = samples::leak();
  for (SiteRecord& site : record.sites)
    for (Frame& frame : site.frames) frame.library = true;
  EXPECT_THAT(to_json(record), HasSubstr("\"guilty\": null"));
}

TEST(RecordJson, UnknownFieldsAreIgnoredAndMissingOnesHaveDefaults) {
  const Result<RunRecord> record = from_json(
      R"({"tidemark_record": 4, "outcome": "error", "new": {"a": [1]}})");
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_TRUE(*record == RunRecord{});
}

TEST(RecordJson, AStressReportIsSaidToBeOne) {
  const Result<RunRecord> record =
      from_json(R"({"version": 1, "metrics": {}, "thresholds": []})");
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().message,
            "it is the report of a stress run, and no record of a hunt");
}

TEST(RecordJson, ComplaintsNameTheField) {
  const std::string leak = to_json(samples::leak());
  const std::vector<std::pair<std::string, std::string>> cases = {
      {replaced(leak, "\"exact\": true", "\"exact\": \"yes\""),
       "findings[0].rate.exact: wanted true or false, found text"},
      {replaced(leak, "\"class\": \"leak\"", "\"class\": \"leek\""),
       "findings[0].class: wanted one of \"leak\", \"time growth\", "
       "\"bounded\", \"lingering\", \"retained by the allocator\", "
       "\"descriptors\", \"upstream not closed\", \"peak-sized\", \"churn\", "
       "\"undecided\", found "
       "\"leek\""},
      {replaced(leak, "\"line\": 612", "\"line\": -1"), "findings[0].site"},
      {replaced(leak, "\"residue\": 144000", "\"residue\": 1e3"),
       "findings[0].residue: wanted a whole number, found a number with a "
       "fraction"},
      {replaced(leak, "\"residue\": 144000",
                "\"residue\": 18446744073709551615"),
       "findings[0].residue: wanted a whole number from "
       "-1152921504606846976 to 1152921504606846976, found "
       "18446744073709551615"},
      {replaced(leak, "\"outcome\": \"leak\"", "\"outcome\": \"pass\""),
       "outcome: wanted \"leak\", as the rest of the record says, found "
       "\"pass\""},
      {replaced(leak, "\"tidemark_record\": 4", "\"tidemark_record\": 1"),
       "tidemark_record: wanted version 4, found 1"},
      {"[]", "record: wanted an object, found a list"},
      {"{}",
       "record: wanted a field \"tidemark_record\" (the version), found none"},
      {"", "record: wanted JSON, found something else at byte 1 of 0"},
      {"{\"a\": 1e999}",
       "record: wanted JSON, found a number beyond all bounds"},
      {"\xff", "record: wanted JSON, found something else at byte 1 of 1"}};
  for (const auto& [text, message] : cases) {
    if (message == "findings[0].site") continue;
    EXPECT_EQ(complaint(text), message);
  }
}

TEST(RecordJson, FramesAreReadFromTheRecordsSites) {
  std::string text = to_json(samples::leak());
  const std::size_t sites = text.rfind("\n \"sites\": [");
  ASSERT_NE(sites, text.npos);
  const std::string tail =
      replaced(text.substr(sites), "\"line\": 612", "\"line\": -1");
  EXPECT_EQ(complaint(text.substr(0, sites) + tail),
            "sites[0].frames[1].line: wanted a whole number from 0 to "
            "4294967295, found -1");
}

TEST(RecordJson, QuantitiesCanBeAddedUp) {
  RunRecord record = samples::leak();
  std::vector<RetainingPath>& paths = record.held->paths;
  paths[0].bytes = paths[1].bytes = {std::int64_t{1} << 59};
  EXPECT_THAT(complaint(to_json(record)),
              HasSubstr("paths[1].bytes: wanted at most 1152921504606846976 in "
                        "the record together, found more"));
}

TEST(RecordJson, NoWayIsLongerThanReportsFollow) {
  RunRecord record = samples::leak();
  RetainingPath& path = record.held->paths[0];
  path.holders.resize(100);
  EXPECT_TRUE(from_json(to_json(record)));
  path.holders.resize(101);
  EXPECT_THAT(complaint(to_json(record)),
              HasSubstr("paths[0].holders: wanted at most 100, found 101"));
  record.held->paths.resize(1001);
  EXPECT_THAT(complaint(to_json(record)), HasSubstr("wanted at most 1000"));
}

TEST(RecordJson, DeepNestingAndManyKeysAreReadInTime) {
  std::string deep(200000, '[');
  EXPECT_THAT(complaint(deep), StartsWith("record: wanted JSON"));
  deep += std::string(200000, ']');
  EXPECT_EQ(complaint(deep), "record: wanted an object, found a list");
  std::string many = "{\"tidemark_record\": 4, \"outcome\": \"error\"";
  for (int i = 0; i < 100000; ++i)
    many += ", \"k" + std::to_string(i) + "\": 1";
  EXPECT_TRUE(from_json(many + "}"));
}

TEST(RecordJson, EveryCutIsAnErrorAndNeverACrash) {
  const std::string text = to_json(samples::died());
  for (std::size_t size = 0; size + 2 < text.size(); size += 7)
    EXPECT_FALSE(from_json(text.substr(0, size))) << size;
}

}  // namespace
}  // namespace tidemark
