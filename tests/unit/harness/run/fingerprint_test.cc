#include "harness/run/fingerprint.h"

#include <gtest/gtest.h>

#include "harness/run/callers.h"
#include "tests/support/sample_records.h"

namespace tidemark {
namespace {

std::string of(const RunRecord& record) {
  return fingerprint_of(record.judgement->findings.front(), record.sites);
}

TEST(Fingerprint, IsSixteenHexadecimalDigits) {
  const std::string text = of(leak_record());
  EXPECT_EQ(text.size(), 16u);
  EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), text.npos);
}

TEST(Fingerprint, DoesNotChangeWithLinesFoldersOrCompilers) {
  RunRecord other = leak_record();
  for (SiteRecord& site : other.sites) {
    for (Frame& frame : site.frames) {
      frame.line += 17;
      frame.file = "/somewhere/else.cc";
      frame.module = "/opt/v2/chat";
      frame.inlined = !frame.inlined;
    }
    site.size = {512};
    site.frames[1].function = "chat_join(unsigned long) [clone .isra.0]";
  }
  EXPECT_EQ(of(other), of(leak_record()));
}

TEST(Fingerprint, DoesNotChangeWithWhatIsNearTheRoot) {
  RunRecord one = leak_record();
  RunRecord two = leak_record();
  for (const char* name : {"on_open", "dispatch", "loop", "main"}) {
    Frame frame = one.sites[0].frames[1];
    frame.function = name;
    one.sites[0].frames.insert(one.sites[0].frames.end() - 1, frame);
  }
  two.sites = one.sites;
  two.sites[0].frames[4].function = "loop_once";
  EXPECT_EQ(of(one), of(two));
}

TEST(Fingerprint, DiffersForAnotherFunctionOrModule) {
  RunRecord other = leak_record();
  other.sites[0].frames[1].function = "chat_leave(unsigned long)";
  EXPECT_NE(of(other), of(leak_record()));
  other = leak_record();
  other.sites[0].frames[1].module = "/srv/plugin.so";
  EXPECT_NE(of(other), of(leak_record()));
}

TEST(Fingerprint, OfOnePlaceWithManyCallersIsWhatTheyShare) {
  RunRecord record = leak_record();
  SiteRecord other = record.sites[0];
  other.id = 7;
  other.frames[2].function = "worker";
  record.sites.push_back(other);
  Finding& finding = record.judgement->findings.front();
  const std::string alone = of(record);
  finding.members[0].sites.push_back({7, {}, {}});
  const std::string both = of(record);
  std::swap(finding.members[0].sites[0], finding.members[0].sites[1]);
  EXPECT_EQ(of(record), both);
  EXPECT_NE(both, alone);
}

TEST(Fingerprint, WithoutAPlaceItIsTheKindTheUnitAndTheStandIn) {
  Finding finding;
  finding.kind = FindingClass::kDescriptors;
  finding.unit = "descriptor";
  const std::string descriptors = fingerprint_of(finding, {});
  finding.unit = "thread";
  EXPECT_NE(fingerprint_of(finding, {}), descriptors);
  finding.kind = FindingClass::kUpstream;
  finding.standin = "redis";
  const std::string redis = fingerprint_of(finding, {});
  finding.standin = "feed";
  EXPECT_NE(fingerprint_of(finding, {}), redis);
}

TEST(Fingerprint, WhatTheAllocatorKeepsIsNotTheLeakOfAPlaceThatPinsIt) {
  RunRecord record = leak_record();
  const std::string leak = of(record);
  record.judgement->findings.front().kind = FindingClass::kAllocatorRetained;
  EXPECT_NE(of(record), leak);
}

TEST(Callers, ACodeAddressIsAllThatAStrippedModuleHas) {
  Frame frame;
  frame.module = "/usr/lib/libfoo.so.1.2";
  frame.function = "libfoo.so.1.2+0x12a";
  EXPECT_EQ(caller_name(frame), "libfoo.so!+0x12a");
}

TEST(Callers, RepeatsAreOneAndLibrariesAreNone) {
  SiteRecord site = sample_site();
  site.frames.insert(site.frames.begin() + 1, site.frames[1]);
  const SiteCallers callers = callers_of(site);
  EXPECT_EQ(callers.own,
            (std::vector<std::string>{"chat!chat_join", "chat!main"}));
  EXPECT_TRUE(callers.whole);
}

}  // namespace
}  // namespace tidemark
