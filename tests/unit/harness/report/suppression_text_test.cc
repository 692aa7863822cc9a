#include "harness/report/suppression_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_records.h"

namespace tidemark {
namespace {

using ::testing::HasSubstr;

std::string rule(const Rate& rate, const std::string& unit) {
  RunRecord record = leak_record();
  Finding finding = record.judgement->findings[0];
  finding.rate = rate;
  finding.unit = unit;
  return suppression_rule(record, finding);
}

TEST(SuppressionText, ARuleAllowsWhatThereIsAndNoMore) {
  EXPECT_EQ(rule({55, 1, 110, 2, true, 55, 55}, "abnormal close"),
            "- fingerprint: 00c0ffee00c0ffee\n"
            "  kind: leak\n"
            "  max_bytes_per_connection: 55\n"
            "  max_objects_per_connection: 1\n");
  EXPECT_THAT(rule({0.0625, 0.001, 1, 1, true, 0, 0}, "connection"),
              HasSubstr("_bytes_per_connection: 0.063\n"
                        "  max_objects_per_connection: 0.001\n"));
}

TEST(SuppressionText, NothingIsNotLessThanNothing) {
  EXPECT_THAT(rule({0, 3, 0, 3, true, 0, 0}, "request"),
              HasSubstr("_bytes_per_connection: 0\n"));
}

TEST(SuppressionText, GrowthWithTimeIsBoundedPerSecond) {
  EXPECT_THAT(rule({55, 1, 4000, 50.02, false, 50, 60}, "second"),
              HasSubstr("max_bytes_per_second: 4000\n"
                        "  max_objects_per_second: 50.02\n"));
}

}  // namespace
}  // namespace tidemark
