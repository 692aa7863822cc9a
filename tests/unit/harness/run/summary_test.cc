#include "harness/run/summary.h"

#include <gtest/gtest.h>

#include "tests/support/fake_world.h"

namespace tidemark {
namespace {

// Sites 1 and 2 are one line by two ways of the event loop, 3 is another.
class TwoPlaces : public HeapProbe {
 public:
  Result<HeapDescription> attach(const std::vector<pid_t>&) override {
    return HeapDescription{};
  }
  Status begin_cycle(CycleIndex) override { return {}; }
  Result<HeapCounters> counters() override { return HeapCounters{}; }
  Result<PurgeRecord> purge(Duration) override { return PurgeRecord{}; }
  Result<HeapSnapshot> snapshot() override { return HeapSnapshot{}; }
  Result<MemoryAccount> account() override { return MemoryAccount{}; }
  Status zoom(const std::vector<SiteId>&) override { return {}; }
  Result<std::vector<std::unique_ptr<FrozenHeap>>> freeze(Duration) override {
    return std::vector<std::unique_ptr<FrozenHeap>>{};
  }
  SiteRecord describe(SiteId site) override {
    SiteRecord record;
    record.id = site;
    record.frames.push_back(
        {"operator new", "", 0, "libstdc++.so", false, true});
    record.frames.push_back({"(anonymous namespace)::dial(int)",
                             "/src/client.cc", site == 3 ? 81u : 80u,
                             "client"});
    return record;
  }
};

HeapSnapshot holding(std::vector<Ring> rings) {
  HeapSnapshot heap;
  for (const Ring& ring : rings) {
    heap.live_bytes += ring.bytes;
    heap.live_objects += ring.objects;
    SiteBrief brief;
    brief.id = ring.site;
    brief.size = Bytes{100};
    brief.group = ring.site;
    heap.sites.push_back(brief);
  }
  heap.rings = std::move(rings);
  return heap;
}

TEST(OpenMemoryOf, GrowthIsAddedUpBySiteAndTheRestLeftOut) {
  const HeapSnapshot rest =
      holding({{1, {1}, {5}, {500}}, {4, {1}, {9}, {900}}});
  const HeapSnapshot open = holding(
      {{1, {1}, {15}, {1500}}, {3, {2}, {40}, {4000}}, {4, {1}, {2}, {200}}});
  const OpenMemory memory = open_memory(rest, open, Count{10});
  EXPECT_EQ(memory.connections, Count{10});
  EXPECT_EQ(memory.bytes, Bytes{4300});
  ASSERT_EQ(memory.sites.size(), 2u);
  EXPECT_EQ(memory.sites[0].site, 3u);
  EXPECT_DOUBLE_EQ(memory.sites[0].bytes_per_connection, 400);
  EXPECT_EQ(memory.sites[1].site, 1u);
  EXPECT_EQ(memory.sites[1].bytes, Bytes{1000});
  EXPECT_EQ(memory.sites[1].objects, Count{10});
}

TEST(OpenMemoryOf, SamplesStandForAllBlocksAndGoroutinesForThemselves) {
  HeapSnapshot open = holding({{1, {2}, {4}, {400}}, {2, {2}, {6}, {600}}});
  open.sample_period = Bytes{100'000};
  open.sites[1].kind = MemoryKind::kThread;
  const OpenMemory memory = open_memory(HeapSnapshot{}, open, Count{10});
  ASSERT_EQ(memory.sites.size(), 2u);
  EXPECT_EQ(memory.sites[0].site, 1u);
  EXPECT_NEAR(static_cast<double>(memory.sites[0].objects.value), 4000, 4);
  EXPECT_EQ(memory.sites[1].objects, Count{6});
  EXPECT_EQ(memory.sites[1].bytes, Bytes{600});
}

TEST(OpenMemoryOf, SitesOfOnePlaceAreOne) {
  const HeapSnapshot open = holding(
      {{1, {2}, {4}, {400}}, {2, {2}, {6}, {600}}, {3, {2}, {9}, {900}}});
  TwoPlaces probe;
  const OpenMemory memory =
      by_place(open_memory(HeapSnapshot{}, open, Count{10}), probe);
  ASSERT_EQ(memory.sites.size(), 2u);
  EXPECT_EQ(memory.sites[0].place, "dial (client.cc:80)");
  EXPECT_EQ(memory.sites[0].bytes, Bytes{1000});
  EXPECT_EQ(memory.sites[0].objects, Count{10});
  EXPECT_DOUBLE_EQ(memory.sites[0].bytes_per_connection, 100);
  EXPECT_EQ(memory.sites[1].place, "dial (client.cc:81)");
}

// Each site is a place of its own, of `line` = its number.
class ManyPlaces : public TwoPlaces {
 public:
  SiteRecord describe(SiteId site) override {
    SiteRecord record;
    record.frames.push_back({"dial", "client.cc", site, "client"});
    return record;
  }
};

TEST(OpenMemoryOf, PlacesAreNamedUntilLittleIsLeft) {
  std::vector<Ring> rings;
  for (SiteId site = 1; site <= 40; ++site)
    rings.push_back({site, {2}, {10}, {site <= 20 ? 1000 : 10}});
  ManyPlaces probe;
  const OpenMemory memory =
      by_place(open_memory(HeapSnapshot{}, holding(rings), Count{10}), probe);
  EXPECT_EQ(memory.sites.size(), 20u);
}

TEST(OpenMemoryOf, AFewPlacesAreNamedWhateverTheyHold) {
  ManyPlaces probe;
  const OpenMemory memory =
      by_place(open_memory(HeapSnapshot{},
                           holding({{1, {2}, {1}, {100'000}},
                                    {2, {2}, {1}, {10}},
                                    {3, {2}, {1}, {10}}}),
                           Count{10}),
               probe);
  EXPECT_EQ(memory.sites.size(), 3u);
}

TEST(LargestOf, StopsWhereLittleIsLeft) {
  EXPECT_EQ(largest_of({{1, {5}, {2}}, {2, {1}, {500}}, {3, {1}, {498}}}),
            (std::vector<LastHeld>{{2, {1}, {500}}, {3, {1}, {498}}}));
  EXPECT_TRUE(largest_of({}).empty());
}

TEST(SiteInWords, LibraryFramesAndParametersAreLeftOut) {
  SiteRecord site;
  EXPECT_EQ(site_in_words(site), "an unknown caller");
  site.frames.push_back({"malloc", "", 0, "/lib/libc.so.6", false, true});
  EXPECT_EQ(site_in_words(site), "malloc (libc.so.6)");
  site.frames.push_back({"chat::Room::join(int)", "/src/room.cc", 88, "chat"});
  EXPECT_EQ(site_in_words(site), "chat::Room::join (room.cc:88)");
}

TEST(OpenMemory, TheMiddleOneIsNeitherTheBusiestMomentNorTheQuietest) {
  const auto of = [](std::int64_t bytes) {
    OpenMemory memory;
    memory.bytes = {bytes};
    return memory;
  };
  EXPECT_EQ(middle_of({of(9), of(1), of(5)}).bytes, Bytes{5});
  EXPECT_EQ(middle_of({of(9), of(1)}).bytes, Bytes{1});
  EXPECT_EQ(middle_of({of(7)}).bytes, Bytes{7});
}

}  // namespace
}  // namespace tidemark
