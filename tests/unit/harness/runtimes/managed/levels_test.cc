#include "harness/runtimes/managed/levels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace tidemark {
namespace {

using Rings = std::vector<Ring>;

TEST(LevelBook, ARiseIsBornInTheCycleThatSeesIt) {
  LevelBook book;
  EXPECT_EQ(book.look({{1, {10}, {100}}}), (Rings{{1, {0}, {10}, {100}}}));
  book.begin_cycle({1});
  EXPECT_EQ(book.look({{1, {12}, {120}}}),
            (Rings{{1, {0}, {10}, {100}}, {1, {1}, {2}, {20}}}));
  // Another look in the same cycle adds to its ring.
  EXPECT_EQ(book.look({{1, {15}, {150}}}),
            (Rings{{1, {0}, {10}, {100}}, {1, {1}, {5}, {50}}}));
}

TEST(LevelBook, ALevelThatStaysKeepsItsRings) {
  LevelBook book;
  const Rings rings = book.look({{1, {10}, {100}}});
  for (std::uint32_t cycle = 1; cycle < 4; ++cycle) {
    book.begin_cycle({cycle});
    EXPECT_EQ(book.look({{1, {10}, {100}}}), rings);
  }
}

TEST(LevelBook, AFallIsTakenFromTheYoungest) {
  LevelBook book;
  book.look({{1, {10}, {100}}});
  book.begin_cycle({1});
  book.look({{1, {14}, {140}}});
  book.begin_cycle({2});
  book.look({{1, {20}, {200}}});
  book.begin_cycle({3});
  EXPECT_EQ(book.look({{1, {13}, {130}}}),
            (Rings{{1, {0}, {10}, {100}}, {1, {1}, {3}, {30}}}));
  EXPECT_EQ(book.look({{1, {4}, {40}}}), (Rings{{1, {0}, {4}, {40}}}));
  EXPECT_EQ(book.look({{1, {5}, {50}}}),
            (Rings{{1, {0}, {4}, {40}}, {1, {3}, {1}, {10}}}));
}

TEST(LevelBook, ASiteThatIsLeftOutIsForgotten) {
  LevelBook book;
  book.look({{1, {10}, {100}}, {2, {1}, {8}}});
  book.begin_cycle({1});
  EXPECT_EQ(book.look({{2, {1}, {8}}}), (Rings{{2, {0}, {1}, {8}}}));
  book.begin_cycle({2});
  EXPECT_EQ(book.look({{1, {10}, {100}}}), (Rings{{1, {2}, {10}, {100}}}));
}

TEST(LevelBook, RingsAreBySiteAndThenByBirth) {
  LevelBook book;
  book.look({{9, {1}, {1}}, {3, {1}, {1}}});
  book.begin_cycle({1});
  EXPECT_EQ(book.look({{9, {2}, {2}}, {5, {1}, {1}}, {3, {2}, {2}}}),
            (Rings{{3, {0}, {1}, {1}},
                   {3, {1}, {1}, {1}},
                   {5, {1}, {1}, {1}},
                   {9, {0}, {1}, {1}},
                   {9, {1}, {1}, {1}}}));
}

TEST(LevelBook, BytesThatGrowWithoutObjectsAreTheYoungests) {
  LevelBook book;
  book.look({{1, {2}, {64}}});
  book.begin_cycle({1});
  EXPECT_EQ(book.look({{1, {2}, {1024}}}), (Rings{{1, {0}, {2}, {1024}}}));
  book.look({{1, {3}, {1040}}});
  book.begin_cycle({2});
  EXPECT_EQ(book.look({{1, {3}, {5040}}}),
            (Rings{{1, {0}, {2}, {1024}}, {1, {1}, {1}, {4016}}}));
}

TEST(LevelBook, BytesThatShrinkWithoutObjectsAreTakenFromTheYoungest) {
  LevelBook book;
  book.look({{1, {2}, {100}}});
  book.begin_cycle({1});
  book.look({{1, {3}, {130}}});
  EXPECT_EQ(book.look({{1, {3}, {90}}}),
            (Rings{{1, {0}, {2}, {90}}, {1, {1}, {1}, {0}}}));
}

TEST(LevelBook, MoreObjectsMayHaveFewerBytes) {
  LevelBook book;
  book.look({{1, {2}, {100}}});
  book.begin_cycle({1});
  EXPECT_EQ(book.look({{1, {5}, {70}}}),
            (Rings{{1, {0}, {2}, {70}}, {1, {1}, {3}, {0}}}));
}

TEST(LevelBook, FewerObjectsMayHaveMoreBytes) {
  LevelBook book;
  book.look({{1, {2}, {20}}});
  book.begin_cycle({1});
  book.look({{1, {4}, {40}}});
  EXPECT_EQ(book.look({{1, {3}, {90}}}),
            (Rings{{1, {0}, {2}, {20}}, {1, {1}, {1}, {70}}}));
}

TEST(LevelBook, WithoutObjectsThereAreNoRings) {
  LevelBook book;
  EXPECT_EQ(book.look({{1, {0}, {64}}, {2, {-3}, {-5}}}), Rings{});
  book.look({{1, {2}, {64}}});
  EXPECT_EQ(book.look({{1, {0}, {64}}}), Rings{});
  EXPECT_EQ(book.look({{1, {1}, {-5}}}), (Rings{{1, {0}, {1}, {0}}}));
  EXPECT_EQ(book.look({}), Rings{});
}

// What the header says, of levels that go up and down at random.
TEST(LevelBook, RingsAreTheRisingFloorOfWhateverLevels) {
  std::mt19937 random(5);
  const auto below = [&](std::int64_t end) {
    return std::uniform_int_distribution<std::int64_t>(0, end - 1)(random);
  };
  struct Seen {
    CycleIndex cycle;
    Level level;
  };
  for (int round = 0; round < 100; ++round) {
    SCOPED_TRACE(round);
    const bool of_one_size = round % 2 == 0;
    LevelBook book;
    std::map<SiteId, std::vector<Seen>> seen;
    for (CycleIndex cycle; cycle.value < 30; ++cycle.value) {
      if (cycle.value > 0) book.begin_cycle(cycle);
      for (std::int64_t look = below(3); look >= 0; --look) {
        std::vector<Level> levels;
        for (SiteId site = 1; site <= 4; ++site) {
          const std::int64_t objects = below(site * 10);
          levels.push_back(
              {site,
               {objects},
               {of_one_size ? objects * 24 : objects * (1 + below(50))}});
          seen[site].push_back({cycle, levels.back()});
        }
        std::shuffle(levels.begin(), levels.end(), random);
        const Rings rings = book.look(levels);
        for (const auto& [site, history] : seen) {
          Level sum{site, {}, {}};
          for (const Ring& ring : rings) {
            if (ring.site != site) continue;
            EXPECT_GT(ring.objects, Count{0});
            EXPECT_GE(ring.bytes, Bytes{0});
            EXPECT_LE(ring.born, cycle);
            if (of_one_size) {
              EXPECT_EQ(ring.bytes.value, ring.objects.value * 24);
            }
            sum.objects += ring.objects;
            sum.bytes += ring.bytes;
          }
          EXPECT_EQ(sum, history.back().level);
          for (CycleIndex until; until <= cycle; ++until.value) {
            Count fewest = history.back().level.objects;
            for (std::size_t i = history.size(); i-- > 0;) {
              fewest = std::min(fewest, history[i].level.objects);
              if (history[i].cycle <= until) break;
            }
            Count born;
            for (const Ring& ring : rings)
              if (ring.site == site && ring.born <= until) born += ring.objects;
            EXPECT_EQ(born, fewest) << site << " until " << until.value;
          }
        }
        ASSERT_FALSE(HasFailure());
      }
    }
  }
}

// Births and deaths that are known, the youngest first: the rings are the
// truth.
TEST(LevelBook, RingsAreWhatLivesIfTheYoungDieFirst) {
  std::mt19937 random(6);
  LevelBook book;
  std::vector<CycleIndex> alive;
  for (CycleIndex cycle; cycle.value < 200; ++cycle.value) {
    if (cycle.value > 0) book.begin_cycle(cycle);
    const auto below = [&](std::size_t end) {
      return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
    };
    alive.insert(alive.end(), below(20), cycle);
    alive.resize(alive.size() - below(alive.size() + 1) / 4);
    std::map<CycleIndex, std::int64_t> right;
    for (const CycleIndex born : alive) ++right[born];
    const auto objects = static_cast<std::int64_t>(alive.size());
    std::map<CycleIndex, std::int64_t> found;
    for (const Ring& ring : book.look({{1, {objects}, {objects * 16}}}))
      found[ring.born] = ring.objects.value;
    ASSERT_EQ(found, right) << cycle.value;
  }
}

}  // namespace
}  // namespace tidemark
