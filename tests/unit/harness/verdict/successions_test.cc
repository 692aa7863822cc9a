#include "harness/verdict/successions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using testing::ElementsAre;

constexpr CycleIndex kBaseline{2};
constexpr CycleIndex kLast{6};

// Blocks of one caller; who asked for them is known by its stack.
class Caller {
 public:
  void block(std::int64_t size, std::uint32_t born, std::uint32_t gone,
             std::uint32_t stack = 0, std::int64_t objects = 1) {
    SiteEvidence site;
    site.site = static_cast<SiteId>(sites_.size() + 1);
    site.group = 1;
    site.size = {size};
    site.stack = stack;
    site.prefixes.assign(2, stack);
    for (std::uint32_t after = std::max(born, kBaseline.value);
         after < gone && after <= kLast.value; ++after)
      site.readings.push_back({{after}, {born}, {objects}, {}});
    sites_.push_back(site);
  }

  // Another of the latest block's site, there all the time.
  void beside_it() {
    for (std::uint32_t after = kBaseline.value; after <= kLast.value; ++after)
      sites_.back().readings.push_back({{after}, {0}, {1}, {}});
  }

  void by_level() {
    for (SiteEvidence& site : sites_) site.by_level = true;
  }

  std::vector<std::vector<std::int64_t>> sizes() const {
    Evidence evidence;
    evidence.baseline = kBaseline;
    evidence.sites = sites_;
    for (std::uint32_t index = 1; index <= kLast.value; ++index) {
      evidence.cycles.emplace_back();
      evidence.cycles.back().index = {index};
    }
    std::vector<std::vector<std::int64_t>> sizes;
    for (const Succession& blocks : successions(evidence)) {
      sizes.emplace_back();
      for (const LoneBlock& block : blocks) sizes.back().push_back(block.size);
    }
    return sizes;
  }

 private:
  std::vector<SiteEvidence> sites_;
};

constexpr std::uint32_t kNever = 99;

Caller growing() {
  Caller caller;
  caller.block(1000, 1, 4);
  caller.block(1100, 4, 6);
  caller.block(1200, 6, kNever);
  return caller;
}

TEST(Successions, EachBlockIsBornAsTheSmallerOneBeforeItGoes) {
  EXPECT_THAT(growing().sizes(), ElementsAre(ElementsAre(1000, 1100, 1200)));
}

TEST(Successions, BlocksThatStayDoNotHideThem) {
  Caller caller = growing();
  caller.block(640, 0, kNever, 0, 5);
  caller.block(1100, 0, kNever, 0, 5);
  caller.block(2000, 1, kNever);
  EXPECT_THAT(caller.sizes(), ElementsAre(ElementsAre(1000, 1100, 1200)));
}

TEST(Successions, WhichOfALevelWentIsKnownOfTheOnlyOne) {
  Caller container = growing();
  container.by_level();
  EXPECT_THAT(container.sizes(), ElementsAre(ElementsAre(1000, 1100, 1200)));
  // A pool of writers, some of which are there in every snapshot.
  Caller pool;
  pool.block(2048, 2, 4);
  pool.beside_it();
  pool.block(4096, 4, kNever);
  pool.beside_it();
  EXPECT_THAT(pool.sizes(), ElementsAre(ElementsAre(2048, 4096)));
  pool.by_level();
  EXPECT_TRUE(pool.sizes().empty());
}

TEST(Successions, WhatShrinksOrIsMissingForACycleIsNone) {
  Caller shrinks;
  shrinks.block(1000, 1, 4);
  shrinks.block(900, 4, kNever);
  EXPECT_TRUE(shrinks.sizes().empty());
  Caller missing;
  missing.block(1000, 1, 4);
  missing.block(1100, 5, kNever);
  EXPECT_TRUE(missing.sizes().empty());
  Caller over;
  over.block(1000, 1, 4);
  over.block(1100, 4, 6);
  EXPECT_TRUE(over.sizes().empty());
}

TEST(Successions, TwoInOneCallerAreTwo) {
  Caller caller = growing();
  caller.block(50'000, 1, 4);
  caller.block(60'000, 4, kNever);
  EXPECT_THAT(caller.sizes(),
              testing::UnorderedElementsAre(ElementsAre(1000, 1100, 1200),
                                            ElementsAre(50'000, 60'000)));
}

TEST(Successions, WhereOthersComeAndGoItMayBeChance) {
  Caller caller = growing();
  caller.block(3000, 3, 4);
  EXPECT_EQ(caller.sizes().size(), 1u);
  caller.block(4000, 5, 6);
  EXPECT_TRUE(caller.sizes().empty());
}

TEST(Successions, AnotherStackIsAnotherPlace) {
  Caller caller;
  caller.block(1000, 1, 4, 7);
  caller.block(1100, 4, kNever, 7);
  caller.block(3000, 3, 4, 8);
  caller.block(1050, 4, 5, 8);
  EXPECT_THAT(caller.sizes(), ElementsAre(ElementsAre(1000, 1100)));
  Caller two;
  two.block(1000, 1, 4, 7);
  two.block(1100, 4, kNever, 8);
  EXPECT_TRUE(two.sizes().empty());
}

}  // namespace
}  // namespace tidemark
