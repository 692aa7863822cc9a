#include "harness/runtimes/native/smaps.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(Smaps, EachMappingHasItsFigures) {
  std::vector<MappedMemory> mapped = parse_smaps(
      "7f10000-7f20000 r-xp 00001000 fe:00 42          /usr/lib/a b.so\n"
      "Size:                 64 kB\n"
      "Rss:                   8 kB\n"
      "Pss:                   1 kB\n"
      "Pss_Dirty:             4 kB\n"
      "SwapPss:               4 kB\n"
      "1000-3000 rw-p 00000000 00:00 0                          [heap]\n"
      "Rss:                   4 kB\n"
      "Pss:                   3 kB\n"
      "VmFlags: rd wr mr mw me ac sd\n");
  ASSERT_EQ(mapped.size(), 2u);
  EXPECT_EQ(mapped[0].mapping.name, "[heap]");
  EXPECT_EQ(mapped[0].rss, Bytes{4096});
  EXPECT_EQ(mapped[0].pss, Bytes{3072});
  EXPECT_EQ(mapped[1].mapping.name, "/usr/lib/a b.so");
  EXPECT_EQ(mapped[1].pss, Bytes{1024});
}

TEST(Smaps, FiguresOfNoMappingAndOfAnotherFormCountNothing) {
  EXPECT_TRUE(parse_smaps("Rss: 4 kB\nPss: 4 kB\n").empty());
  std::vector<MappedMemory> mapped = parse_smaps(
      "1000-3000 rw-p 00000000 00:00 0\n"
      "Rss: 4 MB\n"
      "Pss: -4 kB\n"
      "Pss:\n");
  ASSERT_EQ(mapped.size(), 1u);
  EXPECT_EQ(mapped[0].rss, Bytes{});
  EXPECT_EQ(mapped[0].pss, Bytes{});
}

}  // namespace
}  // namespace tidemark
