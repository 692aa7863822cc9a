#include "harness/run/class_counts.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

HeapSnapshot heap_with(std::vector<Ring> rings) {
  HeapSnapshot heap;
  heap.rings = std::move(rings);
  SiteBrief session;
  session.id = 1;
  session.kind = MemoryKind::kClass;
  SiteBrief thread;
  thread.id = 2;
  thread.kind = MemoryKind::kThread;
  heap.sites = {session, thread};
  return heap;
}

SiteRecord site(SiteId id, MemoryKind kind, std::string name) {
  SiteRecord record;
  record.id = id;
  record.kind = kind;
  record.frames.resize(1);
  record.frames[0].function = std::move(name);
  return record;
}

Finding finding_of(FindingClass kind) {
  Finding finding;
  finding.kind = kind;
  finding.explanation = "it grows";
  for (const SiteId id : {1u, 2u, 3u}) {
    FindingMember member;
    member.sites.push_back({id, {}, {}});
    finding.members.push_back(member);
  }
  return finding;
}

TEST(ClassCounts, AreSumsOverTheRingsOfClasses) {
  const auto counts = count_classes(
      heap_with({{1, {0}, {1000}, {}}, {1, {3}, {24}, {}}, {2, {0}, {7}, {}}}));
  EXPECT_EQ(counts, (std::map<SiteId, Count>{{1, {1024}}}));
}

TEST(ClassCounts, AreToldOfWhatGrows) {
  const std::vector<SiteRecord> sites{
      site(1, MemoryKind::kClass, "UserSession"),
      site(2, MemoryKind::kThread, "Chat.wait"),
      site(3, MemoryKind::kClass, "byte[]")};
  std::vector<Finding> findings{finding_of(FindingClass::kLeak),
                                finding_of(FindingClass::kBounded)};
  tell_class_counts(findings, {{1, {1024}}}, {{1, {8192}}, {3, {50}}}, sites);
  EXPECT_EQ(findings[0].explanation,
            "it grows; UserSession 1,024 → 8,192, byte[] 0 → 50 objects");
  EXPECT_EQ(findings[1].explanation, "it grows");
}

}  // namespace
}  // namespace tidemark
