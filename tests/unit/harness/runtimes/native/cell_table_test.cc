#include "harness/runtimes/native/cell_table.h"

#include <gtest/gtest.h>

#include <map>

#include "harness/runtimes/native/segment_reader.h"

namespace tidemark {
namespace {

TEST(CellTable, CountsEqualCellsThroughSeveralGrowths) {
  CellTable table;
  std::map<std::uint64_t, std::uint64_t> wanted;
  for (std::uint64_t i = 0; i < 50000; ++i) {
    std::uint64_t cell = 1 + i * i % 20011 * 0x100000001ull;
    table.add(cell);
    ++wanted[cell];
  }
  std::map<std::uint64_t, std::uint64_t> found;
  for (const CellCount& count : table.take()) found[count.cell] = count.blocks;
  EXPECT_EQ(found, wanted);
}

TEST(CellTable, IsEmptyAfterItsCountsWereTaken) {
  CellTable table;
  table.add(7);
  EXPECT_EQ(table.take().size(), 1u);
  EXPECT_TRUE(table.take().empty());
}

}  // namespace
}  // namespace tidemark
