#include "harness/runtimes/native/memory_map.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(MemoryMap, ALineTellsWhereWhatIsMappedHow) {
  std::vector<Mapping> map = parse_memory_map(
      "7f10-7f20 rw-s 00001000 fe:00 42   /dev/shm/a b (deleted)\n"
      "1000-3000 r-xp 00000000 00:00 0 \n"
      "4000-5000 rw-p 00000000 00:00 0                          [heap]\n");
  ASSERT_EQ(map.size(), 3u);
  EXPECT_EQ(map[0],
            (Mapping{{0x1000, 0x3000}, true, false, true, false, 0, 0, ""}));
  EXPECT_EQ(
      map[1],
      (Mapping{{0x4000, 0x5000}, true, true, false, false, 0, 0, "[heap]"}));
  EXPECT_EQ(map[2], (Mapping{{0x7f10, 0x7f20},
                             true,
                             true,
                             false,
                             true,
                             0x1000,
                             42,
                             "/dev/shm/a b (deleted)"}));
  EXPECT_TRUE(map[1].anonymous());
  EXPECT_FALSE(map[2].anonymous());
}

TEST(MemoryMap, OtherLinesAreLeftOut) {
  EXPECT_TRUE(parse_memory_map("").empty());
  EXPECT_TRUE(parse_memory_map("garbage\n\n").empty());
  EXPECT_TRUE(parse_memory_map("2000-1000 rw-p 0 00:00 0\n").empty());
  EXPECT_TRUE(parse_memory_map("1000-2000 rw-p 0 00:00 x\n").empty());
  EXPECT_TRUE(parse_memory_map("1000-2000").empty());
}

TEST(MemoryMap, AnAddressIsFoundInItsMapping) {
  std::vector<Mapping> map = parse_memory_map(
      "1000-2000 rw-p 0 00:00 0\n"
      "3000-4000 rw-p 0 00:00 0\n");
  EXPECT_EQ(mapping_at(map, 0xfff), nullptr);
  EXPECT_EQ(mapping_at(map, 0x1000), &map[0]);
  EXPECT_EQ(mapping_at(map, 0x2000), nullptr);
  EXPECT_EQ(mapping_at(map, 0x3fff), &map[1]);
}

using Ranges = std::vector<MemoryRange>;

TEST(AddressRanges, NeighboursAndOverlapsBecomeOne) {
  EXPECT_EQ(united({{5, 7}, {1, 3}, {3, 4}, {6, 9}, {2, 2}}),
            (Ranges{{1, 4}, {5, 9}}));
}

TEST(AddressRanges, WhatIsTakenIsCutOut) {
  Ranges taken{{2, 4}, {6, 8}};
  EXPECT_EQ(without({0, 10}, taken), (Ranges{{0, 2}, {4, 6}, {8, 10}}));
  EXPECT_EQ(without({3, 7}, taken), (Ranges{{4, 6}}));
  EXPECT_EQ(without({2, 4}, taken), Ranges{});
  EXPECT_EQ(without({4, 6}, taken), (Ranges{{4, 6}}));
}

TEST(AddressRanges, TheCommonPartMayBeNone) {
  EXPECT_EQ(common({1, 5}, {3, 9}), (MemoryRange{3, 5}));
  EXPECT_EQ(common({1, 3}, {3, 9}), MemoryRange{});
}

}  // namespace
}  // namespace tidemark
