#include "harness/verdict/bursts.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

constexpr SiteId kBytes = 1;    // of the library
constexpr SiteId kSession = 2;  // of the service

// Objects that came in some of 24 loaded cycles, the first being 1.
Draft grown(SiteId site, const std::map<std::uint32_t, std::int64_t>& objects) {
  Draft draft;
  draft.finding.kind = FindingClass::kUndecided;
  draft.finding.sites = {site};
  for (std::uint32_t cycle = 1; cycle <= 24; ++cycle) {
    const auto some = objects.find(cycle);
    const Count count{some == objects.end() ? 0 : some->second};
    FindingRing ring;
    ring.cycle = {cycle};
    ring.connections = {20};
    ring.objects = count;
    draft.finding.rings.push_back(ring);
    draft.finding.objects += count;
  }
  return draft;
}

std::map<SiteId, SiteCallers> callers() {
  SiteCallers library;
  library.own = {"!byte[]"};
  library.naming = Naming::kLibraryClass;
  SiteCallers own;
  own.own = {"!UserSession"};
  return {{kBytes, library}, {kSession, own}};
}

FindingClass kind_of_first(std::vector<Draft> drafts) {
  excuse_bursts(drafts, callers());
  return drafts.front().finding.kind;
}

TEST(Bursts, OfLibraryClassesAreNoGrowth) {
  std::vector<Draft> drafts{grown(kBytes, {{3, 1299}, {5, 1}, {12, 16}})};
  excuse_bursts(drafts, callers());
  EXPECT_EQ(drafts[0].finding.kind, FindingClass::kBounded);
  EXPECT_EQ(drafts[0].finding.explanation,
            "1,316 objects of a library's class came in 3 of 24 cycles and in "
            "none of the last: what is made once, when code first runs or is "
            "compiled");
}

TEST(Bursts, TooManyAreGrowth) {
  EXPECT_EQ(kind_of_first({grown(kBytes, {{3, 9}, {5, 1}, {7, 2}, {9, 4}})}),
            FindingClass::kUndecided);
}

TEST(Bursts, OneAtTheEndMayBeTheFirstOfMany) {
  EXPECT_EQ(kind_of_first({grown(kBytes, {{21, 100}})}),
            FindingClass::kUndecided);
}

TEST(Bursts, OfTheServicesClassesStayInDoubt) {
  EXPECT_EQ(kind_of_first({grown(kSession, {{3, 100}})}),
            FindingClass::kUndecided);
  EXPECT_EQ(
      kind_of_first({grown(kBytes, {{3, 200}}), grown(kSession, {{3, 100}})}),
      FindingClass::kUndecided);
  EXPECT_EQ(
      kind_of_first({grown(kBytes, {{3, 200}}), grown(kSession, {{5, 100}})}),
      FindingClass::kBounded);
}

TEST(Bursts, AFewCyclesShowNothing) {
  Draft draft = grown(kBytes, {{3, 200}});
  draft.finding.rings.resize(19);
  EXPECT_EQ(kind_of_first({draft}), FindingClass::kUndecided);
}

TEST(Bursts, WithoutNamesNothingIsExcused) {
  std::vector<Draft> drafts{grown(kBytes, {{3, 200}})};
  excuse_bursts(drafts, {});
  EXPECT_EQ(drafts[0].finding.kind, FindingClass::kUndecided);
}

}  // namespace
}  // namespace tidemark
