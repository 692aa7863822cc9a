#include "harness/retention/block_index.h"

#include <gtest/gtest.h>

#include <random>

namespace tidemark {
namespace {

LiveBlock block(std::uint64_t address, std::uint64_t bytes) {
  return {address, bytes, 0, {}};
}

// The truth, slowly.
BlockNumber look_through(const std::vector<LiveBlock>& blocks,
                         std::uint64_t address) {
  for (BlockNumber i = 0; i < blocks.size(); ++i)
    if (address >= blocks[i].address &&
        address < blocks[i].address + extent(blocks[i]))
      return i;
  return kNoBlock;
}

void expect_all_found(const std::vector<LiveBlock>& blocks) {
  const BlockIndex index(blocks);
  for (const LiveBlock& each : blocks) {
    const std::uint64_t end = each.address + extent(each);
    for (std::uint64_t address :
         {each.address - 1, each.address, each.address + 1,
          each.address + each.bytes / 2, each.address + 15, each.address + 16,
          each.address + 1024, end - 1, end, end + 15, end + (1 << 20)})
      ASSERT_EQ(index.find(address), look_through(blocks, address))
          << std::hex << address;
  }
}

TEST(BlockIndex, FindsTheFirstByteAndAnyWithinButNotOnePastTheEnd) {
  const std::vector<LiveBlock> blocks = {block(0x1000, 40), block(0x1030, 16)};
  const BlockIndex index(blocks);
  EXPECT_EQ(index.find(0xfff), kNoBlock);
  EXPECT_EQ(index.find(0x1000), 0u);
  EXPECT_EQ(index.find(0x1027), 0u);
  EXPECT_EQ(index.find(0x1028), kNoBlock);
  EXPECT_EQ(index.find(0x1030), 1u);
  EXPECT_EQ(index.find(0x103f), 1u);
  EXPECT_EQ(index.find(0x1040), kNoBlock);
}

TEST(BlockIndex, OfNoBlocksFindsNothing) {
  const BlockIndex index({});
  EXPECT_EQ(index.find(0), kNoBlock);
  EXPECT_EQ(index.find(0x1000), kNoBlock);
  EXPECT_EQ(index.find(~0ull), kNoBlock);
}

TEST(BlockIndex, FindsEachOfTheFieldsOfManyWordsInABigBlock) {
  std::vector<LiveBlock> blocks = {block(0x7f0000000010, 16),
                                   block(0x7f0000000100, 5ull << 30),
                                   block(0x7f0140000200, 16)};
  expect_all_found(blocks);
  const BlockIndex index(blocks);
  for (std::uint64_t at = 0; at < 5ull << 30; at += 12345678)
    ASSERT_EQ(index.find(0x7f0000000100 + at), 1u);
  EXPECT_LT(index.memory().value, 100000) << "no bits where no block begins";
}

TEST(BlockIndex, FindsBlocksThatAreFarApart) {
  expect_all_found({block(0x10, 8), block(0x555555554010, 100),
                    block(0x7f1234567890, 1 << 20), block(0x7ffff7ff0000, 4096),
                    block(0xfffffffffff0, 16)});
}

TEST(BlockIndex, FindsBlocksSmallerThanAGranule) {
  std::vector<LiveBlock> blocks;
  for (std::uint64_t i = 0; i < 600; ++i)
    blocks.push_back(block(0x5000 + i * 8, 8));
  expect_all_found(blocks);
  blocks.clear();
  for (std::uint64_t i = 0; i < 3000; ++i)
    blocks.push_back(block(0x5001 + i, 1));
  expect_all_found(blocks);
}

TEST(BlockIndex, FindsABlockThatEndsWhereTheNextBeginsWithinAGranule) {
  expect_all_found({block(0x1000, 24), block(0x1018, 24), block(0x1038, 3)});
}

TEST(BlockIndex, FindsABlockOfNoBytesAtItsAddressAlone) {
  const std::vector<LiveBlock> blocks = {block(0x1000, 0), block(0x1010, 8)};
  const BlockIndex index(blocks);
  EXPECT_EQ(index.find(0x1000), 0u);
  EXPECT_EQ(index.find(0x1001), kNoBlock);
}

TEST(BlockIndex, AgreesWithASlowSearchOnAnyHeap) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<LiveBlock> blocks;
    std::uint64_t at = 0x555500000000 + random() % 4096;
    const std::uint64_t align = 1ull << random() % 5;
    for (int i = 0; i < 300; ++i) {
      const std::uint64_t bytes = random() % (1ull << random() % 22);
      blocks.push_back(block(at, bytes));
      at += std::max<std::uint64_t>(bytes, 1) +
            (random() % 4 ? 0 : random() % (1ull << random() % 33));
      at = (at + align - 1) / align * align;
    }
    expect_all_found(blocks);
  }
}

TEST(BlockIndex, CostsLessThanSixBytesForABlockOf400) {
  std::vector<LiveBlock> blocks;
  for (std::uint64_t i = 0; i < 100000; ++i)
    blocks.push_back(block(0x555500000010 + i * 416, 200 + i * 7 % 200));
  const BlockIndex index(blocks);
  EXPECT_LT(index.memory().value, 6 * 100000);
}

}  // namespace
}  // namespace tidemark
