#include "harness/runtimes/native/block_table.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using Blocks = std::vector<LiveBlock>;

TEST(BlockTable, AliveThroughoutIsWhatIsTheSameInBoth) {
  Blocks before{{0x10, 8, 1, {1}}, {0x20, 8, 1, {1}}, {0x40, 8, 1, {1}}};
  Blocks after{{0x10, 8, 1, {1}}, {0x20, 8, 1, {2}}, {0x30, 8, 1, {1}}};
  EXPECT_EQ(alive_throughout(before, after), (Blocks{{0x10, 8, 1, {1}}}));
}

TEST(BlockTable, MappingsTakeTheirPlacesAmongBlocks) {
  EXPECT_EQ(
      merged({{0x10, 8, 1, {1}}, {0x9000, 8, 1, {1}}},
             {{0x4000, 0x1000, 2, {1}}}),
      (Blocks{
          {0x10, 8, 1, {1}}, {0x4000, 0x1000, 2, {1}}, {0x9000, 8, 1, {1}}}));
}

TEST(BlockTable, AMappingWithBlocksInItIsTheirAllocators) {
  EXPECT_EQ(merged({{0x4010, 8, 1, {1}}}, {{0x4000, 0x1000, 2, {1}}}),
            (Blocks{{0x4010, 8, 1, {1}}}));
}

TEST(BlockTable, NoTwoOverlap) {
  EXPECT_EQ(
      merged({{0x10, 0x40, 1, {1}}, {0x20, 8, 1, {1}}, {0x20, 9, 2, {1}}},
             {{~0ull - 0xf, 0x1000, 3, {1}}}),
      (Blocks{
          {0x10, 0x10, 1, {1}}, {0x20, 8, 1, {1}}, {~0ull - 0xf, 0, 3, {1}}}));
}

}  // namespace
}  // namespace tidemark
