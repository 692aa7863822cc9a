#include "harness/verdict/retained.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

// 4,000 small blocks of site 7 pin 16 MiB of 20.
Evidence pinned() {
  Evidence evidence;
  MemoryAccount start;
  start.moment = "start";
  start.pss = {4 * kMiB};
  start.pinned = {kMiB};
  MemoryAccount end;
  end.moment = "settled";
  end.pss = {21 * kMiB};
  end.live = {2 * kMiB};
  end.pinned = {16 * kMiB};
  end.free = {kMiB};
  end.blocks = {5000};
  end.pinned_pages = {4096};
  end.pinning_sites = {{7, {4000}, {192000}, {4000}, {15 * kMiB}},
                       {8, {20}, {2000}, {10}, {kMiB}}};
  evidence.memory = {start, end};
  SiteEvidence zoomed;
  zoomed.site = 9;
  zoomed.group = 70;
  SiteEvidence plain;
  plain.site = 7;
  plain.group = 70;
  evidence.sites = {zoomed, plain};
  return evidence;
}

TEST(Retained, FewBlocksThatPinManyPagesAreNamed) {
  const std::vector<Finding> findings = retained_findings(pinned(), {});
  ASSERT_EQ(findings.size(), 1u);
  const Finding& finding = findings.front();
  EXPECT_EQ(finding.kind, FindingClass::kAllocatorRetained);
  EXPECT_FALSE(finding.fails);
  EXPECT_EQ(finding.residue, Bytes{16 * kMiB});
  EXPECT_EQ(finding.sites, std::vector<SiteId>{7})
      << "the other pins less than a tenth";
  EXPECT_EQ(finding.explanation,
            "the allocator keeps 17.0 MiB that nobody uses, 16.0 MiB more than "
            "at the start: 4,096 pages with 2.0 MiB of live blocks hold "
            "16.0 MiB of free memory, and 1.0 MiB are in pages without a live "
            "block; the 4,000 objects of the site named pin 4,000 pages with "
            "187.5 KiB");
}

TEST(Retained, WhatTheServiceStartedWithIsItsOwnAffair) {
  Evidence evidence = pinned();
  evidence.memory.front().pinned = {10 * kMiB};
  EXPECT_TRUE(retained_findings(evidence, {}).empty());
}

TEST(Retained, ASmallPartOfALargeServiceIsNotMentioned) {
  Evidence evidence = pinned();
  evidence.memory.back().pss = {100 * kMiB};
  EXPECT_TRUE(retained_findings(evidence, {}).empty());
}

TEST(Retained, WhatALeakPinsIsTheLeaks) {
  Finding leak;
  leak.kind = FindingClass::kLeak;
  leak.sites = {9};  // zoomed, of the same caller
  EXPECT_TRUE(retained_findings(pinned(), {{leak}}).empty());
  leak.kind = FindingClass::kBounded;
  EXPECT_EQ(retained_findings(pinned(), {{leak}}).size(), 1u)
      << "a cache that is full pins what it pins";
  leak.kind = FindingClass::kLeak;
  leak.sites = {8};
  EXPECT_EQ(retained_findings(pinned(), {{leak}}).size(), 1u);
}

TEST(Retained, FreePagesHaveNoSite) {
  Evidence evidence = pinned();
  MemoryAccount& end = evidence.memory.back();
  std::swap(end.pinned, end.free);
  end.pinning_sites.clear();
  const std::vector<Finding> findings = retained_findings(evidence, {});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_TRUE(findings.front().sites.empty());
}

TEST(Retained, BeforeTheEndNothingIsSaid) {
  Evidence evidence = pinned();
  evidence.memory.back().moment = "open";
  EXPECT_TRUE(retained_findings(evidence, {}).empty());
}

}  // namespace
}  // namespace tidemark
