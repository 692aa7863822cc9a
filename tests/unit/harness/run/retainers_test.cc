#include "harness/run/retainers.h"

#include <gtest/gtest.h>

#include "tests/support/fake_frozen_heap.h"
#include "tests/support/fake_world.h"

namespace tidemark {
namespace {

class RetainersOf : public testing::Test {
 protected:
  // Ten blocks of site 1 in a table, born in cycle 2.
  std::unique_ptr<FakeFrozenHeap> table() {
    auto copy = std::make_unique<FakeFrozenHeap>();
    const std::uint64_t words = copy->global("g_table", 80);
    for (std::uint64_t i = 0; i < 10; ++i)
      copy->set(words + i * 8, copy->block(96, 1, 2));
    return copy;
  }

  Result<std::optional<Retainers>> ask(const Finding& finding) {
    HeapSnapshot snapshot;
    SiteBrief brief{1, MemoryKind::kHeap, {96}, true, 5, 0, {}};
    snapshot.sites.push_back(brief);
    return find_retainers({finding}, {4}, snapshot, heap_, Duration{});
  }

  static Finding finding_of(FindingClass kind) {
    Finding finding;
    finding.kind = kind;
    finding.sites = {1};
    finding.objects = {10};
    return finding;
  }

  FakeHeap heap_;
};

TEST_F(RetainersOf, ALeakAreTheBlocksBornAfterTheBaseline) {
  heap_.on_freeze = [this] { return table(); };
  const auto found = ask(finding_of(FindingClass::kLeak));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->of_findings[0].objects.value, 0);
  EXPECT_EQ((*found)->all->objects.value, 10);
}

TEST_F(RetainersOf, WhatPinsPagesDoesSoAtAnyAgeZoomedOrNot) {
  heap_.on_freeze = [this] { return table(); };
  const auto found = ask(finding_of(FindingClass::kAllocatorRetained));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->of_findings[0].objects.value, 10);
  ASSERT_EQ((*found)->of_findings[0].paths.size(), 1u);
  EXPECT_EQ((*found)->of_findings[0].paths[0].root_name, "g_table");
}

// What could not be read would be told as lost.
TEST_F(RetainersOf, ACopyThatEndsWhileItIsReadGivesNoAnswer) {
  heap_.on_freeze = [this] {
    auto copy = table();
    copy->gone = true;
    return copy;
  };
  const auto found = ask(finding_of(FindingClass::kLeak));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "the copy was ended");
}

}  // namespace
}  // namespace tidemark
