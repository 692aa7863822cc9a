#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/report/sections.h"
#include "tests/support/full_records.h"

namespace tidemark {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two stacks to one line, one to another, which asked for less.
RunRecord churning() {
  RunRecord record = samples::leak();
  Finding churn;
  churn.kind = FindingClass::kChurn;
  record.judgement->findings = {churn};
  record.heap_counters.allocated = {100'000};
  record.sites.clear();
  for (SiteId id : {1u, 2u, 3u}) {
    SiteRecord site;
    site.id = id;
    site.frames.push_back(
        {"marshal", "shop.cc", id == 3 ? 9u : 7u, "shop", false, false});
    record.sites.push_back(site);
  }
  record.ever_allocated = {
      {3, {10}, {30'000}}, {1, {20}, {25'000}}, {2, {1}, {15'000}}};
  return record;
}

TEST(ChurnSection, NamesTheLinesThatAllocateMost) {
  const std::string text = churn_section(churning(), {});
  EXPECT_THAT(text, HasSubstr("Of 97.7 KiB that were allocated in all"));
  EXPECT_THAT(text, HasSubstr("40.0 % in 21 blocks"));
  EXPECT_THAT(text, HasSubstr("30.0 % in 10 blocks"));
  EXPECT_LT(text.find("shop.cc:7"), text.find("shop.cc:9"));
}

TEST(ChurnSection, NothingIsSaidWhereNothingIsChurned) {
  RunRecord record = churning();
  record.judgement->findings.clear();
  EXPECT_THAT(churn_section(record, {}), IsEmpty());
}

TEST(ChurnSection, NothingIsSaidWhereNobodyCounted) {
  RunRecord record = churning();
  record.ever_allocated.clear();
  EXPECT_THAT(churn_section(record, {}), IsEmpty());
}

}  // namespace
}  // namespace tidemark
