#include "harness/runtimes/managed/sites.h"

#include <gtest/gtest.h>

#include <iterator>
#include <set>

namespace tidemark {
namespace {

Frame frame(const std::string& function, std::uint32_t line = 1) {
  Frame frame;
  frame.function = function;
  frame.file = "chat.go";
  frame.line = line;
  return frame;
}

TEST(ManagedSites, ASiteKeepsItsNumber) {
  ManagedSites sites;
  const SiteId first = sites.number(MemoryKind::kClass, {}, {frame("Session")});
  const SiteId second = sites.number(MemoryKind::kClass, {}, {frame("Room")});
  EXPECT_NE(first, 0u);
  EXPECT_NE(first, second);
  EXPECT_EQ(sites.number(MemoryKind::kClass, {}, {frame("Session")}), first);
  EXPECT_EQ(sites.number(MemoryKind::kClass, {}, {frame("Room")}), second);
}

TEST(ManagedSites, DifferByKindSizeAndEachPartOfAFrame) {
  ManagedSites sites;
  std::set<SiteId> numbers;
  const auto add = [&](MemoryKind kind, std::int64_t size,
                       const std::vector<Frame>& frames) {
    numbers.insert(sites.number(kind, Bytes{size}, frames));
  };
  add(MemoryKind::kHeap, 16, {frame("a")});
  add(MemoryKind::kClass, 16, {frame("a")});
  add(MemoryKind::kThread, 16, {frame("a")});
  add(MemoryKind::kHeap, 32, {frame("a")});
  add(MemoryKind::kHeap, 16, {frame("b")});
  add(MemoryKind::kHeap, 16, {frame("a", 2)});
  add(MemoryKind::kHeap, 16, {frame("a"), frame("b")});
  add(MemoryKind::kHeap, 16, {frame("b"), frame("a")});
  Frame other = frame("a");
  other.file = "room.go";
  add(MemoryKind::kHeap, 16, {other});
  other.module = "libchat.so";
  add(MemoryKind::kHeap, 16, {other});
  EXPECT_EQ(numbers.size(), 10u);
}

// Names are the service's: it may put anything there.
TEST(ManagedSites, NamesThatLookLikeTwoFramesAreOne) {
  ManagedSites sites;
  const auto number = [&](const std::vector<Frame>& frames) {
    return sites.number(MemoryKind::kHeap, {}, frames);
  };
  Frame a, b, both;
  a.function = "a";
  b.function = "b";
  both.function = "a\t:0\t\nb";
  EXPECT_NE(number({a, b}), number({both}));
  both.function = "a";
  both.module = "\nb\t:0\t";
  EXPECT_NE(number({a, b}), number({both}));
}

TEST(ManagedSites, AClassIsOneFrameAndNoStack) {
  ManagedSites sites;
  const SiteId site = sites.number(MemoryKind::kClass, {}, {frame("Session")});
  const SiteBrief& brief = sites.brief(site);
  EXPECT_EQ(brief.id, site);
  EXPECT_EQ(brief.kind, MemoryKind::kClass);
  EXPECT_FALSE(brief.zoomed);
  EXPECT_EQ(brief.stack, 0u);
  EXPECT_TRUE(brief.prefixes.empty());
  EXPECT_TRUE(brief.by_level);
}

TEST(ManagedSites, AStackIsOneWhateverTheSize) {
  ManagedSites sites;
  const std::vector<Frame> stack{frame("make"), frame("join"), frame("main")};
  const SiteBrief small =
      sites.brief(sites.number(MemoryKind::kHeap, {16}, stack));
  const SiteBrief large =
      sites.brief(sites.number(MemoryKind::kHeap, {64}, stack));
  const SiteBrief other = sites.brief(sites.number(
      MemoryKind::kHeap, {16}, {frame("make"), frame("leave"), frame("main")}));
  EXPECT_TRUE(small.zoomed);
  EXPECT_NE(small.id, large.id);
  EXPECT_EQ(small.stack, large.stack);
  EXPECT_EQ(small.prefixes, large.prefixes);
  EXPECT_EQ(small.size, Bytes{16});
  EXPECT_NE(small.stack, other.stack);
  EXPECT_EQ(small.group, other.group);
  // The caller of another kind is another.
  EXPECT_NE(small.group,
            sites.brief(sites.number(MemoryKind::kThread, {16}, stack)).group);
}

TEST(ManagedSites, StacksShareThePrefixesThatTheyHaveInCommon) {
  ManagedSites sites;
  std::vector<Frame> stack;
  for (int i = 0; i < 20; ++i) stack.push_back(frame("f" + std::to_string(i)));
  const SiteBrief one =
      sites.brief(sites.number(MemoryKind::kHeap, {16}, stack));
  ASSERT_EQ(one.prefixes.size(), std::size(kPrefixFrames));
  EXPECT_EQ(std::set<SiteId>(one.prefixes.begin(), one.prefixes.end()).size(),
            one.prefixes.size());
  for (std::size_t differs = 1; differs < 20; ++differs) {
    std::vector<Frame> changed = stack;
    changed[differs].function = "other" + std::to_string(differs);
    const SiteBrief two =
        sites.brief(sites.number(MemoryKind::kHeap, {16}, changed));
    for (std::size_t i = 0; i < std::size(kPrefixFrames); ++i)
      EXPECT_EQ(one.prefixes[i] == two.prefixes[i], kPrefixFrames[i] <= differs)
          << differs << " " << i;
  }
}

TEST(ManagedSites, DescribeSitesInWords) {
  ManagedSites sites;
  const std::vector<Frame> stack{frame("make"), frame("main", 7)};
  const SiteId site = sites.number(MemoryKind::kHeap, {48}, stack);
  SiteRecord right;
  right.id = site;
  right.kind = MemoryKind::kHeap;
  right.size = {48};
  right.zoomed = true;
  right.frames = stack;
  EXPECT_EQ(sites.describe(site), right);
  EXPECT_TRUE(sites.describe(0).frames.empty());
  EXPECT_TRUE(sites.describe(site + 1).frames.empty());
}

}  // namespace
}  // namespace tidemark
